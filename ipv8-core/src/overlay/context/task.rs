//! A task: its callback, and when it runs.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use super::callbacks::Job;
use super::context::Context;
use super::futures::ErasedFuture;
use crate::state::tasks::{MAX_TASK_AGE, TaskKind};

/// The callback of a periodic task. It does nothing for a community of another type.
pub(super) type Repeat = Box<dyn FnMut(&mut dyn Any, &mut Context<'_>) + Send>;
/// A callback that runs once: a delayed task, or the end of a future. It does nothing for a
/// community of another type.
pub(super) type Once = Box<dyn FnOnce(&mut dyn Any, &mut Context<'_>) + Send>;

/// A callback and the time to run it, for [`Context::register_task`] and
/// [`Context::replace_task`].
///
/// The callback is a method of the community or a closure over it: `Self::tick`, or
/// `|this: &mut Self, cx| …`.
pub struct Task<C> {
    pub(super) parts: TaskParts,
    community: PhantomData<fn(&mut C)>,
}

/// The parts of a task, without the type of its community.
pub(super) struct TaskParts {
    pub(super) kind: TaskKind,
    pub(super) delay: Duration,
    pub(super) job: Option<Job>,
    pub(super) future: Option<ErasedFuture>,
}

impl<C> fmt::Debug for Task<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Task")
            .field("kind", &self.parts.kind)
            .field("delay", &self.parts.delay)
            .finish_non_exhaustive()
    }
}

impl<C: 'static> Task<C> {
    fn new(kind: TaskKind, delay: Duration, job: Job) -> Self {
        let parts = TaskParts {
            kind,
            delay,
            job: Some(job),
            future: None,
        };
        Self {
            parts,
            community: PhantomData,
        }
    }

    /// Creates a task that runs every `interval` (at least 1 ms), the first time after one
    /// interval.
    pub fn every(
        interval: Duration,
        mut task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        let task: Repeat = Box::new(move |community, cx| {
            if let Some(community) = community.downcast_mut() {
                task(community, cx);
            }
        });
        Self::new(TaskKind::Every(interval), interval, Box::new(task))
    }

    /// Creates a task that runs once, after `delay`; with a delay of zero as soon as the current
    /// call has ended.
    pub fn after(
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        Self::new(TaskKind::Once, delay, once(task))
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
            once(move |community: &mut C, cx| on_done(community, output, cx))
        });
        let parts = TaskParts {
            kind: TaskKind::Future,
            delay: MAX_TASK_AGE,
            job: None,
            future: Some(future),
        };
        Self {
            parts,
            community: PhantomData,
        }
    }

    /// Sets the time before the first run of a periodic task (instead of one interval) or before
    /// the only run of a task that runs once. It has no effect on a future, which can sleep itself.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        if self.parts.kind != TaskKind::Future {
            self.parts.delay = delay;
        }
        self
    }
}

fn once<C: 'static>(task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static) -> Job {
    let once: Once = Box::new(move |community, cx| {
        if let Some(community) = community.downcast_mut() {
            task(community, cx);
        }
    });
    Box::new(once)
}
