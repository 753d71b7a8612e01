//! The world's end of a node: one task with one select loop that owns the socket and the engine.
//!
//! `node` is the loop, `handle` what other tasks hold, `launch` turns planned launchers into a
//! running node, `watchdog` names a step that does not come back, `signals` waits for Ctrl-C and
//! SIGTERM.

mod error;
mod handle;
mod launch;
mod node;
mod resolver;
mod signals;
mod statistics;
mod tracker;
mod watchdog;

pub use error::Error;
pub use handle::{HandleError, Ipv8, OverlayHandle};
pub use launch::launch_all;
pub use statistics::NodeStatistics;
pub use tracker::RunningTracker;
