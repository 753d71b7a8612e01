//! The node as one overlay sees it during one call: [`Context`].
//!
//! The engine owns the state that all overlays share ([`Shared`]); each overlay owns the rest
//! ([`OverlayState`]). A [`Context`] lends both for the duration of one call. No other code can
//! use them meanwhile, so nothing needs a lock (py-ipv8 has `walk_lock`).
//!
//! Nothing here knows strategies, the engine or a socket. Start with `context.rs`, then `send.rs`
//! and `peers.rs`; `requests.rs`, `request_cache.rs` and `tasks.rs` each add one more group of
//! methods to [`Context`].

mod callbacks;
mod context;
mod futures;
#[cfg(feature = "internals")]
mod internals;
mod local;
mod news;
mod peers;
mod request_cache;
mod request_error;
mod requests;
mod send;
mod send_error;
mod shared;
mod state;
mod task;
mod task_runs;
mod tasks;

pub(crate) use callbacks::Waiting;
pub use context::Context;
pub(crate) use futures::FutureWork;
pub use futures::{FinishedTask, SpawnedTask, TaskId};
pub use local::{Interfaces, LocalAddresses};
pub(crate) use news::News;
pub use request_error::RequestError;
pub(crate) use requests::{answer_request, fail_request};
pub(crate) use send::Outgoing;
pub use send_error::SendError;
pub(crate) use shared::Shared;
pub(crate) use state::OverlayState;
pub use task::Task;
pub(crate) use task_runs::{TaskEvent, finish_task, run_task};
