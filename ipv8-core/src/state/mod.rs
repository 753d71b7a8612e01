//! What a node remembers: peers and their addresses, pending requests, tasks, timers, queued
//! datagrams and counters.
//!
//! These are plain data structures: no overlay, no clock, no callback. The caller passes in the
//! time. Start with [`peer`], then [`network`], the graph of known peers and addresses.

pub(crate) mod network;
pub(crate) mod outbox;
pub(crate) mod peer;
pub(crate) mod request_cache;
pub(crate) mod stats;
pub(crate) mod tasks;
pub(crate) mod timers;

pub use network::{LoadedSnapshot, Network, NetworkLimits, NetworkStats};
pub use peer::Peer;
pub use request_cache::{Asked, RequestCacheError};
pub use stats::{DropReason, EngineStats, MessageStats, TrafficStats};
pub use tasks::{TaskError, TaskInfo, TaskKind, TaskName};
