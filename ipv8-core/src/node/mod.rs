//! A running node: sockets, files, the clock, signals, and the task that connects them to the
//! engine.
//!
//! Only this module and [`launch`](crate::launch) touch the world outside the process; the engine
//! decides what a node does. Start with `driver`, the node's own task. It passes datagrams between
//! the `endpoint` and the engine, through the `pipeline`. The `handles` are how other tasks reach
//! it, `hold` is a node during its launch, `files` are its key, configuration and snapshot, and
//! `tracker` runs a tracker instead of a node.

mod clock;
mod driver;
pub(crate) mod endpoint;
mod error;
pub(crate) mod files;
mod handles;
mod hold;
mod local_addresses;
mod my_peer;
mod pipeline;
mod signals;
mod stats;
mod tracker;

pub(crate) use clock::now;
pub use endpoint::{
    BindError, Endpoint, EndpointConfig, EndpointStats, InterfaceInfo, MemoryNetwork,
    SocketErrorKind, SocketErrors,
};
pub use error::{Error, Hook};
pub use files::{key_file, snapshot_file};
pub use handles::{HandleError, Ipv8, OverlayHandle, PeerEvent, PeerEvents, StrategyHandle};
pub(crate) use hold::HeldNode;
pub(crate) use my_peer::my_peer;
pub use pipeline::{ClassStats, InboxStats};
#[cfg(feature = "cli")]
pub(crate) use signals::stop_signal;
pub use stats::NodeStats;
#[cfg(feature = "http")]
pub use tracker::{ApiConfig, ApiError};
pub use tracker::{RunningTracker, TrackerConfig};
