//! The memory of a node: peers and their addresses, what strangers have proven, pending requests,
//! tasks, timers, queued datagrams and counts.
//!
//! These are plain data structures without overlay, clock or callback. The caller passes in the
//! time. Start with [`Peer`], then [`Network`], the view of the graph of known peers and addresses.

pub(crate) mod network;
pub(crate) mod outbox;
pub(crate) mod peer;
pub(crate) mod request_cache;
pub(crate) mod standing;
pub(crate) mod stats;
pub(crate) mod tasks;
pub(crate) mod timers;
pub(crate) mod watch;

pub use network::{LoadedSnapshot, Network, NetworkLimits, NetworkStats};
pub use peer::Peer;
pub use request_cache::RequestCacheError;
pub use stats::{Budget, Class, DropReason, EngineStats, MessageStats, TrafficStats};
pub use tasks::{TaskError, TaskInfo, TaskKind, TaskName};
