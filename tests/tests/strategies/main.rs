//! Tests of the discovery strategies and the discovery community, in virtual time. Tests on a
//! single engine check each rule. Tests on whole networks check which nodes find each other, and
//! how fast.

mod churn;
mod discovery;
mod discovery_speed;
mod walks;
