//! Handles of a running node, for other tasks: cheap to clone, and usable from any thread.
//!
//! A handle never touches the engine. It sends a request over the `link` to the node's own task,
//! which runs it between two inputs, and waits for the answer. [`Ipv8`] is the whole node,
//! [`OverlayHandle`] one overlay (its `requests`, `tasks` and `peer_events` are in files of their
//! own) and [`StrategyHandle`] one strategy. Start with `link`.

mod control;
mod error;
mod ipv8;
mod launched;
mod link;
mod overlay;
mod peer_events;
mod requests;
mod snapshots;
mod strategy;
mod tasks;

pub use error::HandleError;
pub use ipv8::Ipv8;
pub(super) use link::{End, Link, Shared};
pub use overlay::OverlayHandle;
pub use peer_events::{PeerEvent, PeerEvents};
pub use strategy::StrategyHandle;
