//! Tasks of an overlay: periodic, delayed, and futures that the driver polls.

use std::any::{TypeId, type_name};
use std::future::Future;
use std::time::Duration;

use super::callbacks::LONGEST_WAIT;
use super::context::Context;
use super::futures::SpawnedTask;
use super::task::{Task, TaskParts};
use crate::state::tasks::{TaskError, TaskInfo, TaskName};

/// # Tasks
///
/// A task belongs to its overlay: it has a name, runs between two inputs like every other call, and
/// ends when the overlay is unloaded. Tasks use the engine's clock, so they work in virtual time
/// and with tokio's clock paused. A panic is caught, counted and reported with the name of the
/// task; a periodic task continues.
///
/// ```
/// # use ipv8_core::prelude::*;
/// # use std::time::Duration;
/// # struct MyCommunity { ticks: u32 }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// fn new(_settings: (), cx: &mut Context<'_>) -> Result<Self, CommunityError> {
///     cx.every("tick", Duration::from_secs(5), Self::tick)?;
///     cx.after("hurry", Duration::from_secs(60), |this: &mut Self, cx| {
///         this.ticks += 1;
///         cx.cancel_task("tick");
///     })?;
///     Ok(Self { ticks: 0 })
/// }
/// # }
/// # impl MyCommunity {
/// fn tick(&mut self, cx: &mut Context<'_>) {
///     println!("{} peers", cx.peer_count());
/// }
/// # }
/// ```
///
/// Coming from py-ipv8's `TaskManager`:
///
/// | py-ipv8 | here | differs |
/// |---|---|---|
/// | `register_task(name, task)` | [`after`](Self::after) with [`Duration::ZERO`] | runs after the current call, not within it |
/// | `register_task(name, task, delay=…)` | [`after`](Self::after) | over when it starts, so it can register itself again |
/// | `register_task(name, task, interval=…, delay=…)` | [`every`](Self::every), [`every_after`](Self::every_after) | keeps the beat: py-ipv8 waits one interval from the end of each run |
/// | `register_task(name, coroutine)` | [`spawn`](Self::spawn) | a method of the community gets the output; the future itself cannot use the community |
/// | `register_anonymous_task` | [`register_anonymous_task`](Self::register_anonymous_task) | returns the name |
/// | `register_executor_task` | [`spawn`](Self::spawn) with `tokio::task::spawn_blocking` in the future | the engine has no threads |
/// | `register_shutdown_task` | [`Community::unload`](crate::Community::unload) | one place for everything to do at the end |
/// | `replace_task` | [`replace_task`](Self::replace_task) | immediate: a cancelled task never runs again, so there is nothing to wait for |
/// | `cancel_pending_task`, `cancel_all_pending_tasks` | [`cancel_task`](Self::cancel_task), [`cancel_all_tasks`](Self::cancel_all_tasks) | |
/// | `is_pending_task_active`, `get_task`, `get_tasks` | [`is_task_active`](Self::is_task_active), [`tasks`](Self::tasks) | information about a task, not the task itself |
/// | `get_anonymous_tasks` | [`tasks`](Self::tasks) and `starts_with` on the names | |
/// | `wait_for_tasks` | none | with a periodic task it waits for ever; let the last task report its end |
/// | `shutdown_task_manager` | done when the overlay is unloaded | a task registered after that is an error, not a warning |
/// | `ignore=…`, `@task` | none | tasks return nothing and handle their own errors; a panic is caught |
/// | the warning about tasks older than 600 s | the same, and [`Event::OldTask`](crate::engine::Event::OldTask) | for futures only: a task that is due later is not running |
impl Context<'_> {
    /// Registers `task` under `name`.
    ///
    /// # Errors
    ///
    /// [`TaskError`]: the name is active, the interval is too short, there are too many tasks, the
    /// overlay is being unloaded, or the task belongs to another community.
    pub fn register_task<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        task: Task<C>,
    ) -> Result<(), TaskError> {
        let name = name.into();
        self.check_community::<C>(&name)?;
        self.start_task(name, task.parts)
    }

    /// The part of [`Context::register_task`] that does not depend on the community.
    fn start_task(&mut self, name: TaskName, task: TaskParts) -> Result<(), TaskError> {
        let delay = task.delay.min(LONGEST_WAIT);
        let first = self.now.checked_add(delay).unwrap_or(self.now);
        let (kind, job) = (task.kind, task.job);
        let tasks = &mut self.state.tasks;
        let number = tasks.add(name.clone(), kind, job, first, self.now)?;
        if let Some(future) = task.future {
            let id = self.state.task_id(number);
            let spawned = SpawnedTask { id, name, future };
            self.shared.futures.spawn(spawned);
        }
        self.state.wake_at(first, &mut self.shared.timers);
        Ok(())
    }

    /// Registers `task` under a name made of `base` and a number, and returns the name.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`]; the name is never active.
    pub fn register_anonymous_task<C: 'static>(
        &mut self,
        base: &str,
        task: Task<C>,
    ) -> Result<TaskName, TaskError> {
        let name = self.state.tasks.anonymous(base);
        self.register_task(name.clone(), task)?;
        Ok(name)
    }

    /// Cancels the task of this name, if there is one, and registers `task` under the name.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`], except for an active name. The old task is cancelled even
    /// then, unless the new one belongs to another community.
    pub fn replace_task<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        task: Task<C>,
    ) -> Result<(), TaskError> {
        let name = name.into();
        self.check_community::<C>(&name)?;
        self.cancel_task(name.as_str());
        self.register_task(name, task)
    }

    /// Runs `task` every `interval` (at least 1 ms), the first time after one interval. A late run
    /// does not move the later ones; missed runs are skipped.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`].
    pub fn every<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        self.register_task(name, Task::every(interval, task))
    }

    /// Like [`Context::every`], but the first time after `delay`; zero: as soon as this call has
    /// ended.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`].
    pub fn every_after<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        delay: Duration,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        self.register_task(name, Task::every(interval, task).delay(delay))
    }

    /// Runs `task` once, after `delay`; zero: as soon as this call has ended.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`].
    pub fn after<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        self.register_task(name, Task::after(delay, task))
    }

    /// Polls `future` alongside the node (as a tokio task) and calls `on_done` with its output.
    /// When the task is cancelled, or the overlay unloaded, the future is dropped and `on_done` is
    /// not called.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`].
    pub fn spawn<C: 'static, F>(
        &mut self,
        name: impl Into<TaskName>,
        future: F,
        on_done: impl FnOnce(&mut C, F::Output, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.register_task(name, Task::future(future, on_done))
    }

    /// Cancels the task of this name. Returns `true` if there was one. A task can cancel itself.
    pub fn cancel_task(&mut self, name: &str) -> bool {
        self.state.cancel_task(name, self.shared)
    }

    /// Cancels every task of this overlay.
    pub fn cancel_all_tasks(&mut self) {
        self.state.end_tasks(false, self.shared);
    }

    /// Returns `true` if a task of this name is active: registered, and neither over nor cancelled.
    #[must_use]
    pub fn is_task_active(&self, name: &str) -> bool {
        self.state.tasks.is_active(name)
    }

    /// Returns the active tasks of this overlay, in the order of registration.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.state.tasks.list()
    }

    fn check_community<C: 'static>(&self, name: &TaskName) -> Result<(), TaskError> {
        self.check_community_type((TypeId::of::<C>(), type_name::<C>()), name)
    }

    fn check_community_type(
        &self,
        (given, type_name): (TypeId, &'static str),
        name: &TaskName,
    ) -> Result<(), TaskError> {
        match self.state.community_type {
            Some((expected, type_name_of)) if expected != given => Err(TaskError::OtherCommunity {
                name: name.clone(),
                expected: type_name_of,
                given: type_name,
            }),
            _ => Ok(()),
        }
    }
}
