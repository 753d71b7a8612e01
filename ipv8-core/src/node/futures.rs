//! The futures of the overlays, each as a tokio task of its own.

use std::collections::HashMap;

use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument;

use crate::engine::{FinishedTask, SpawnedTask, TaskId};

/// What overlays have spawned and what has not come back yet. Dropping it cancels everything.
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

    /// Waits for the next one that comes back; `None` while none is running. Can be dropped and asked anew.
    pub(super) async fn next(&mut self) -> Option<FinishedTask> {
        loop {
            // An error means that it was cancelled: a panic of the future comes back as an outcome.
            if let Ok(finished) = self.running.join_next().await? {
                self.handles.remove(&finished.id());
                return Some(finished);
            }
        }
    }

    /// Cancels what is running and waits until it has ended.
    pub(super) async fn shut_down(&mut self) {
        self.handles.clear();
        self.running.shutdown().await;
    }
}
