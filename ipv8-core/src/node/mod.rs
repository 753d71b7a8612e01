//! The world's end of a node: one task with one select loop that owns the socket and the engine.
//!
//! `node` is the loop, `pipeline` the way of a datagram through it, `hold` a node that is not on the air yet, `handle` and `overlay_handle` are what other tasks
//! hold, `control` changes strategies and overlays, `futures` polls what overlays spawn, `watchdog` names a step that does not come back, `signals` waits for Ctrl-C
//! and SIGTERM.

mod beacons;
mod clock;
mod control;
mod driver;
pub(crate) mod endpoint;
mod error;
mod futures;
mod handle;
mod handle_requests;
mod handle_snapshots;
mod handle_tasks;
mod hold;
mod files;
mod lan_watch;
mod launched;
mod my_peer;
mod overlay_handle;
mod overload_log;
mod peer_events;
mod pipeline;
mod resolver;
mod signals;
mod snapshots;
mod stats;
mod tracker;
mod watchdog;

pub use endpoint::{
    BindError, Endpoint, EndpointConfig, EndpointStats, InterfaceInfo, MemoryNetwork, SocketErrorKind,
    SocketErrors,
};

pub use control::StrategyHandle;
pub(crate) use clock::now;
pub use files::{key_file, snapshot_file};
pub use error::{Error, Hook};
pub use handle::{HandleError, Ipv8};
pub(crate) use hold::HeldNode;
pub(crate) use my_peer::my_peer;
pub use overlay_handle::OverlayHandle;
pub use peer_events::{PeerEvent, PeerEvents};
pub use pipeline::InboxStats;
#[cfg(feature = "cli")]
pub(crate) use signals::stop_signal;
pub use stats::NodeStats;
#[cfg(feature = "http")]
pub use tracker::{ApiConfig, ApiError};
pub use tracker::{RunningTracker, TrackerConfig};
