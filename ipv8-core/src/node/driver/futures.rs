//! The futures that overlays spawn, each as a tokio task.

use std::collections::HashMap;

use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument;

use crate::engine::{FinishedTask, SpawnedTask, TaskId};

/// The spawned futures that are not done yet. Dropping this cancels them.
#[derive(Default)]
pub(super) struct Futures {
    running: JoinSet<FinishedTask>,
    handles: HashMap<TaskId, AbortHandle>,
}

impl Futures {
    pub(super) fn spawn(&mut self, task: SpawnedTask) {
        let id = task.id();
        let span = tracing::debug_span!("task", overlay = %id.overlay(), name = %task.name());
        let handle = self.running.spawn(task.instrument(span));
        self.handles.insert(id, handle);
    }

    pub(super) fn cancel(&mut self, id: TaskId) {
        if let Some(handle) = self.handles.remove(&id) {
            handle.abort();
        }
    }

    /// Waits for the next future that is done; returns `None` if none is running. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<FinishedTask> {
        loop {
            // An error means that it was cancelled: a panic of the future is an outcome, not an
            // error.
            if let Ok(finished) = self.running.join_next().await? {
                self.handles.remove(&finished.id());
                return Some(finished);
            }
        }
    }

    /// Cancels all futures and waits until they have ended.
    pub(super) async fn shut_down(&mut self) {
        self.handles.clear();
        self.running.shutdown().await;
    }
}
