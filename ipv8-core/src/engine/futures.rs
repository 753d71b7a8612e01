//! Polling what overlays spawn without a runtime.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::engine::{FinishedTask, SpawnedTask, TaskId};

/// Futures of [`Output::Spawn`](crate::engine::Output::Spawn) for a driver that has no runtime: a simulator,
/// or a test.
///
/// Nothing wakes it: [`FutureSet::poll`] polls everything, so call it after each input and each step of the
/// virtual time. Futures that wait for channels and the like come to an end that way; those that need a
/// runtime's timers or sockets do not.
#[derive(Debug, Default)]
pub struct FutureSet(Vec<SpawnedTask>);

impl FutureSet {
    /// Takes a future in; it is polled for the first time by the next [`FutureSet::poll`].
    pub fn insert(&mut self, task: SpawnedTask) {
        self.0.push(task);
    }

    /// Drops the future with this id, as [`Output::Cancel`](crate::engine::Output::Cancel) asks.
    pub fn cancel(&mut self, id: TaskId) {
        self.0.retain(|task| task.id() != id);
    }

    /// Polls each future once, oldest first, and gives those that are done, for
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

    /// How many futures are not done.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether all are done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
