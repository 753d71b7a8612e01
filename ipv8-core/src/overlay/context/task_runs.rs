//! Running due tasks, and the callbacks of finished futures.

use std::any::Any;
use std::time::Duration;

use super::callbacks::Job;
use super::context::Context;
use super::futures::FinishedTask;
use super::task::{Once, Repeat};
use crate::state::tasks::{Due, TaskName, Work};
use crate::support::guard::guarded;

/// A task that the engine has to report.
pub(crate) enum TaskEvent {
    /// The task panicked.
    Panicked(TaskName),
    /// The future has been running for this long.
    Old(TaskName, Duration),
}

/// Runs one due task, unless it was cancelled.
pub(crate) fn run_task(
    due: Due,
    community: &mut dyn Any,
    cx: &mut Context<'_>,
) -> Option<TaskEvent> {
    let name = due.name.clone();
    let job = match cx.state.tasks.begin(&due, cx.now)? {
        Work::Run(job) => job,
        Work::Report(age) => return Some(TaskEvent::Old(name, age)),
    };
    let completed = match job.downcast::<Repeat>() {
        Ok(mut repeat) => {
            let completed = guarded(|| repeat(community, cx)).is_ok();
            cx.state.tasks.end(due, repeat, cx.now);
            completed
        }
        Err(job) => run_once(job, community, cx),
    };
    (!completed).then_some(TaskEvent::Panicked(name))
}

/// Returns `false` if the job panicked.
fn run_once(job: Job, community: &mut dyn Any, cx: &mut Context<'_>) -> bool {
    match job.downcast::<Once>() {
        Ok(once) => guarded(|| once(community, cx)).is_ok(),
        Err(_) => true,
    }
}

/// Runs the callback of a finished future, unless the task was cancelled.
pub(crate) fn finish_task(
    finished: FinishedTask,
    community: &mut dyn Any,
    cx: &mut Context<'_>,
) -> Option<TaskEvent> {
    let FinishedTask { id, name, done } = finished;
    if !cx.state.tasks.finish(name.as_str(), id.number) {
        // The task was cancelled while the future ended. The output is the user's type, so
        // dropping it may panic.
        let _ = guarded(|| drop(done));
        return None;
    }
    let completed = done.is_some_and(|done| run_once(done, community, cx));
    (!completed).then_some(TaskEvent::Panicked(name))
}
