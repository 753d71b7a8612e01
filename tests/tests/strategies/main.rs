//! The discovery strategies and the discovery community, in virtual time. Single engines show each
//! rule, and whole networks show what the rules come to: who finds whom, and how fast.

mod churn;
mod discovery;
mod discovery_speed;
mod walks;
