//! Futures that overlays spawn, on their way to the driver and back.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use super::callbacks::Job;
use crate::state::tasks::TaskName;
use crate::support::guard::guarded;
use crate::wire::packet::CommunityId;

pub(super) type ErasedFuture = Pin<Box<dyn Future<Output = Job> + Send>>;

/// The id of one future of one engine. It is never used again for another future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId {
    pub(super) overlay: CommunityId,
    pub(super) serial: u64,
    pub(super) number: u64,
}

impl TaskId {
    /// Returns the overlay that the task belongs to.
    #[must_use]
    pub fn overlay(self) -> CommunityId {
        self.overlay
    }

    pub(crate) fn serial(self) -> u64 {
        self.serial
    }
}

/// A future of an overlay. The driver of the engine polls it to its end, on any thread, and passes
/// the output to the engine as [`Input::Finished`](crate::engine::Input::Finished).
///
/// A panic of the future is caught and reported in its [`FinishedTask`].
pub struct SpawnedTask {
    pub(super) id: TaskId,
    pub(super) name: TaskName,
    pub(super) future: ErasedFuture,
}

impl SpawnedTask {
    /// Returns the id that [`Output::Cancel`](crate::engine::Output::Cancel) uses for the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Returns the name of the task in its overlay.
    #[must_use]
    pub fn name(&self) -> &TaskName {
        &self.name
    }
}

impl fmt::Debug for SpawnedTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SpawnedTask")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Future for SpawnedTask {
    type Output = FinishedTask;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<FinishedTask> {
        let future = self.future.as_mut();
        let outcome = match guarded(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(done)) => Some(done),
            Err(_) => None,
        };
        Poll::Ready(FinishedTask {
            id: self.id,
            name: self.name.clone(),
            done: outcome,
        })
    }
}

/// The outcome of a [`SpawnedTask`].
pub struct FinishedTask {
    pub(super) id: TaskId,
    pub(crate) name: TaskName,
    /// `None`: the future panicked.
    pub(super) done: Option<Job>,
}

impl FinishedTask {
    /// Returns the id of the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Returns `true` if the future panicked.
    #[must_use]
    pub fn is_panicked(&self) -> bool {
        self.done.is_none()
    }
}

impl fmt::Debug for FinishedTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FinishedTask")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("panicked", &self.is_panicked())
            .finish_non_exhaustive()
    }
}

/// A request to the driver of the engine about a future.
#[derive(Debug)]
pub(crate) enum FutureWork {
    Spawn(SpawnedTask),
    Cancel(TaskId),
}

/// Futures on their way to the driver, in order.
#[derive(Debug, Default)]
pub(crate) struct FutureQueue(VecDeque<FutureWork>);

impl FutureQueue {
    pub(crate) fn pop(&mut self) -> Option<FutureWork> {
        self.0.pop_front()
    }

    pub(super) fn spawn(&mut self, task: SpawnedTask) {
        self.0.push_back(FutureWork::Spawn(task));
    }

    /// Cancels a future. One that the driver has not received yet is dropped here.
    pub(super) fn cancel(&mut self, id: TaskId) {
        let waits = |work: &FutureWork| matches!(work, FutureWork::Spawn(task) if task.id == id);
        match self.0.iter().position(waits) {
            Some(index) => drop(self.0.remove(index)),
            None => self.0.push_back(FutureWork::Cancel(id)),
        }
    }
}
