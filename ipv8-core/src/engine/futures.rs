//! Polls the futures of overlays without a runtime.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};

/// The futures of [`Output::Spawn`](crate::engine::Output::Spawn), for a driver without a runtime:
/// a simulator or a test.
///
/// Nothing wakes it: [`FutureSet::poll`] polls everything, so call it after each input and each
/// step of the virtual time. Futures that wait for channels and the like end that way; futures that
/// need a runtime's timers or sockets do not.
#[derive(Debug, Default)]
pub struct FutureSet(Vec<SpawnedTask>);

impl FutureSet {
    /// Adds a future. The next [`FutureSet::poll`] polls it for the first time.
    pub fn insert(&mut self, task: SpawnedTask) {
        self.0.push(task);
    }

    /// Drops the future with this id, for [`Output::Cancel`](crate::engine::Output::Cancel).
    pub fn cancel(&mut self, id: TaskId) {
        self.0.retain(|task| task.id() != id);
    }

    /// Polls each future once, oldest first. Returns those that are done, for
    /// [`Input::Finished`](crate::engine::Input::Finished).
    #[must_use]
    pub fn poll(&mut self) -> Vec<FinishedTask> {
        let mut cx = Context::from_waker(Waker::noop());
        let mut finished = Vec::new();
        self.0
            .retain_mut(|task| match Pin::new(task).poll(&mut cx) {
                Poll::Ready(task) => {
                    finished.push(task);
                    false
                }
                Poll::Pending => true,
            });
        finished
    }

    /// Returns the number of futures that are not done.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if all futures are done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
