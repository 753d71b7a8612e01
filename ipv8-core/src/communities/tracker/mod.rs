//! The tracker: introduces peers of any community to each other (protocol 10.4).
//!
//! It accepts every prefix, answers introduction requests, and never becomes a peer: nodes that
//! know its address blacklist it. It sends introduction requests of its own to find out which peers
//! are still there ([`ChurnConfig`]). Like the engine it does no IO;
//! [`RunningTracker`](crate::node::RunningTracker) puts it on a socket.
//!
//! A requester becomes a *member* of a community only after it answered a random number at its own
//! address; until then it is a *newcomer*, and no one hears of it. Everything that a datagram of a
//! stranger can cause has a budget.
//!
//! Start with `tracker.rs`. A datagram passes `letter` (what can be read without a signature) and
//! `inbox` (queues by class, each served by site: `fair`). `outlay` is the budget for unproven
//! addresses, made of `debt`s. `newcomers` keeps those to ask for a proof, `rounds` asks them,
//! `pings` holds the open numbers, `moves` decides what a proof is worth, and `roster` holds the
//! members and keeps the bounds of `limits`, with `crowd` for many by site. `choice` picks the
//! member to introduce, and `churn` decides when to ping one.

mod choice;
mod churn;
mod crowd;
mod debt;
mod fair;
mod inbox;
mod letter;
mod limits;
mod moves;
mod newcomers;
mod outlay;
mod pings;
mod recent;
mod roster;
mod rounds;
mod settings;
mod tracker;
mod views;

#[cfg(test)]
mod tests;

pub use churn::ChurnConfig;
pub use limits::{TrackerLimits, TrackerStats};
pub use settings::TrackerSettings;
pub use tracker::Tracker;
