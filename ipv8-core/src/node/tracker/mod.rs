//! A tracker on sockets: it answers introduction requests until it is stopped.
//!
//! The answers come from [`communities::tracker`](crate::communities::tracker), never here.
//! `config` is how one is set up, `running` the handle of a running one, `drive` its task, and
//! `api` serves its state over HTTP. Start with `running`.

#[cfg(feature = "http")]
mod api;
#[cfg(feature = "http")]
mod api_config;
mod config;
mod drive;
mod running;

#[cfg(feature = "http")]
pub use api_config::{ApiConfig, ApiError};
pub use config::TrackerConfig;
pub use running::RunningTracker;
