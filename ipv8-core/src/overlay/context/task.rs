//! A task: its callback, and when it runs.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use super::callbacks::Job;
use super::context::Context;
use super::futures::ErasedFuture;
use crate::state::tasks::{MAX_TASK_AGE, TaskKind};

/// The callback of a periodic task.
pub(super) type Repeat<C> = Box<dyn FnMut(&mut C, &mut Context<'_>) + Send>;
/// A callback that runs once: a delayed task, or the end of a future.
pub(super) type Once<C> = Box<dyn FnOnce(&mut C, &mut Context<'_>) + Send>;

/// A callback and the time to run it, for [`Context::register_task`] and
/// [`Context::replace_task`].
///
/// The callback is a method of the community or a closure over it: `Self::tick`, or
/// `|this: &mut Self, cx| …`.
pub struct Task<C> {
    pub(super) kind: TaskKind,
    pub(super) delay: Duration,
    pub(super) job: Option<Job>,
    pub(super) future: Option<ErasedFuture>,
    community: PhantomData<fn(&mut C)>,
}

impl<C> fmt::Debug for Task<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Task")
            .field("kind", &self.kind)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

impl<C: 'static> Task<C> {
    fn new(kind: TaskKind, delay: Duration, job: Job) -> Self {
        Self {
            kind,
            delay,
            job: Some(job),
            future: None,
            community: PhantomData,
        }
    }

    /// Creates a task that runs every `interval` (at least 1 ms), the first time after one
    /// interval.
    pub fn every(
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        let task: Repeat<C> = Box::new(task);
        Self::new(TaskKind::Every(interval), interval, Box::new(task))
    }

    /// Creates a task that runs once, after `delay`; with a delay of zero as soon as the current
    /// call has ended.
    pub fn after(
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        let task: Once<C> = Box::new(task);
        Self::new(TaskKind::Once, delay, Box::new(task))
    }

    /// Creates a task that polls `future` alongside the node and calls `on_done` with its output.
    pub fn future<F>(
        future: F,
        on_done: impl FnOnce(&mut C, F::Output, &mut Context<'_>) + Send + 'static,
    ) -> Self
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let future: ErasedFuture = Box::pin(async move {
            let output = future.await;
            let done: Once<C> = Box::new(move |community, cx| on_done(community, output, cx));
            let done: Job = Box::new(done);
            done
        });
        Self {
            kind: TaskKind::Future,
            delay: MAX_TASK_AGE,
            job: None,
            future: Some(future),
            community: PhantomData,
        }
    }

    /// Sets the time before the first run of a periodic task (instead of one interval) or before
    /// the only run of a task that runs once. It has no effect on a future, which can sleep itself.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        if self.kind != TaskKind::Future {
            self.delay = delay;
        }
        self
    }
}
