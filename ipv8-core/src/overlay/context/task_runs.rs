//! Running due tasks, and the callbacks of finished futures.

use std::time::Duration;

use super::callbacks::Job;
use super::context::Context;
use super::futures::FinishedTask;
use super::task::{Once, Repeat};
use crate::state::tasks::{Due, TaskName, Work};

/// A task that the engine has to report.
pub(crate) enum TaskEvent {
    /// The task panicked.
    Panicked(TaskName),
    /// The future has been running for this long.
    Old(TaskName, Duration),
}

/// Runs one due task, unless it was cancelled.
///
/// `call` runs user code and returns `false` if it panicked.
pub(crate) fn run_task<C: 'static>(
    due: Due,
    community: &mut C,
    cx: &mut Context<'_>,
    call: impl FnOnce(&mut dyn FnMut()) -> bool,
) -> Option<TaskEvent> {
    let name = due.name.clone();
    let job = match cx.state.tasks.begin(&due, cx.now)? {
        Work::Run(job) => job,
        Work::Report(age) => return Some(TaskEvent::Old(name, age)),
    };
    let completed = match job.downcast::<Repeat<C>>() {
        Ok(mut repeat) => {
            let completed = call(&mut || repeat(community, cx));
            cx.state.tasks.end(due, repeat, cx.now);
            completed
        }
        Err(job) => run_once(job, community, cx, call),
    };
    (!completed).then_some(TaskEvent::Panicked(name))
}

fn run_once<C: 'static>(
    job: Job,
    community: &mut C,
    cx: &mut Context<'_>,
    call: impl FnOnce(&mut dyn FnMut()) -> bool,
) -> bool {
    // Registration has checked the type.
    let Ok(once) = job.downcast::<Once<C>>() else {
        return true;
    };
    let mut once = Some(once);
    call(&mut || {
        if let Some(once) = once.take() {
            once(community, cx);
        }
    })
}

/// Runs the callback of a finished future, unless the task was cancelled.
///
/// `call` runs user code and returns `false` if it panicked.
pub(crate) fn finish_task<C: 'static>(
    finished: FinishedTask,
    community: &mut C,
    cx: &mut Context<'_>,
    call: impl FnOnce(&mut dyn FnMut()) -> bool,
) -> Option<TaskEvent> {
    let FinishedTask { id, name, mut done } = finished;
    if !cx.state.tasks.finish(name.as_str(), id.number) {
        // The task was cancelled while the future ended. The output is the user's type, so
        // dropping it may panic.
        call(&mut || drop(done.take()));
        return None;
    }
    let completed = done.is_some_and(|done| run_once(done, community, cx, call));
    (!completed).then_some(TaskEvent::Panicked(name))
}
