//! The errors of requests to a running node.

use crate::engine::turns::pacing::PacingError;
use crate::engine::{CallError, ControlError, OverlayError};
use crate::node::files::snapshot_file::SnapshotFileError;
use crate::overlay::context::RequestError;
use crate::state::tasks::TaskError;
use crate::support::names::NameError;

/// Why a request to a running node failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The node has stopped.
    #[error("the node has stopped")]
    Stopped,
    /// The overlay is not loaded or has another community, or the call panicked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The overlay could not be created.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// The snapshot file cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFileError),
    /// The task was not registered.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The strategy does not exist, or the change is invalid.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The pacing settings are invalid.
    #[error(transparent)]
    PacingConfig(#[from] PacingError),
    /// No overlay or strategy has the name, or several have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The peer did not answer, or the request was not sent.
    #[error(transparent)]
    Request(#[from] RequestError),
}
