//! The tracker: introduces peers of any community to each other (protocol 10.4).
//!
//! It accepts every prefix, answers introduction requests, and never becomes a peer: nodes that
//! know its address blacklist it. It sends introduction requests of its own to find out which peers
//! are still there ([`ChurnConfig`]). Like the engine it does no IO;
//! [`RunningTracker`](crate::node::RunningTracker) puts it on a socket.
//!
//! Start with `tracker.rs`. `roster` holds the peers and keeps the bounds of `limits`, with `crowd`
//! for many peers by `subnet`; `choice` picks the peer to introduce, `churn` decides when to ping a
//! peer, and `pings` holds the unanswered pings.

mod choice;
mod churn;
mod crowd;
mod limits;
mod pings;
mod recent;
mod roster;
mod settings;
mod subnet;
mod tracker;

#[cfg(test)]
mod tests;

pub use churn::ChurnConfig;
pub use limits::{TrackerLimits, TrackerStats};
pub use settings::TrackerSettings;
pub use tracker::Tracker;
