//! Counts of received, sent and dropped datagrams.
//!
//! Plain numbers that only grow. Nothing here knows what is counted. Start with `engine`.

mod budget;
mod class;
mod drop_reason;
mod engine;
mod traffic;

pub use budget::Budget;
pub use class::Class;
pub use drop_reason::DropReason;
pub use engine::EngineStats;
pub use traffic::{MessageStats, TrafficStats};
