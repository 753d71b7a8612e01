//! Tasks of an overlay: periodic, delayed, and futures that somebody else polls.

use std::any::{Any, TypeId, type_name};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::overlay::context::{Context, LONGEST_WAIT, OverlayState, Shared};
use crate::state::tasks::{Due, MAX_TASK_AGE, TaskError, TaskInfo, TaskKind, TaskName, Work};
use crate::wire::packet::CommunityId;

/// A periodic task's call.
type Repeat<C> = Box<dyn FnMut(&mut C, &mut Context<'_>) + Send>;
/// What runs once: a delayed task, or what is to be done with a future's output.
type Once<C> = Box<dyn FnOnce(&mut C, &mut Context<'_>) + Send>;
/// A [`Repeat`] or a [`Once`] of the overlay's community, whose type the state does not know.
pub(crate) type Job = Box<dyn Any + Send>;
type ErasedFuture = Pin<Box<dyn Future<Output = Job> + Send>>;

/// What is to be run, and when; for [`Context::register_task`] and [`Context::replace_task`].
///
/// A task is a method of the community or a closure over it: `Self::tick`, or `|this: &mut Self, cx| …`.
pub struct Task<C> {
    kind: TaskKind,
    delay: Duration,
    job: Option<Job>,
    future: Option<ErasedFuture>,
    community: std::marker::PhantomData<fn(&mut C)>,
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
            community: std::marker::PhantomData,
        }
    }

    /// Runs `task` every `interval` (at least [`MIN_INTERVAL`](crate::state::tasks::MIN_INTERVAL)), the first time
    /// after one interval.
    pub fn every(
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        let task: Repeat<C> = Box::new(task);
        Self::new(TaskKind::Every(interval), interval, Box::new(task))
    }

    /// Runs `task` once, after `delay`; with a delay of zero as soon as the current call has ended.
    pub fn after(
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Self {
        let task: Once<C> = Box::new(task);
        Self::new(TaskKind::Once, delay, Box::new(task))
    }

    /// Has `future` polled beside the node, and calls `on_done` with its output.
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
            community: std::marker::PhantomData,
        }
    }

    /// Lets a periodic task run for the first time after `delay` instead of one interval; for a task that
    /// runs once this is its delay. A future has none: let it sleep.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        if self.kind != TaskKind::Future {
            self.delay = delay;
        }
        self
    }
}

/// Names one future of one engine; never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId {
    overlay: CommunityId,
    serial: u64,
    number: u64,
}

impl TaskId {
    /// The overlay whose task it is.
    #[must_use]
    pub fn overlay(self) -> CommunityId {
        self.overlay
    }

    pub(crate) fn serial(self) -> u64 {
        self.serial
    }
}

/// A future that an overlay wants polled. Whoever drives the engine polls it to its end, on any thread, and
/// hands what comes out back in as [`Input::Finished`](crate::engine::Input::Finished).
///
/// A panic of the future is caught and comes out as such.
pub struct SpawnedTask {
    id: TaskId,
    name: TaskName,
    future: ErasedFuture,
}

impl SpawnedTask {
    /// What [`Output::Cancel`](crate::engine::Output::Cancel) names it by.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Its name in its overlay.
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
        let outcome = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
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

/// What a [`SpawnedTask`] came to.
pub struct FinishedTask {
    id: TaskId,
    name: TaskName,
    /// `None`: it panicked.
    done: Option<Job>,
}

impl FinishedTask {
    /// Which task it was.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Whether the future panicked.
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

/// What became of a task whose time had come.
pub(crate) enum TaskEvent {
    /// It panicked.
    Panicked(TaskName),
    /// It has been running for this long.
    Old(TaskName, Duration),
}

/// What the driver of the engine is asked to do about futures.
#[derive(Debug)]
pub(crate) enum FutureWork {
    Spawn(SpawnedTask),
    Cancel(TaskId),
}

/// Futures on their way to whoever polls them, in order.
#[derive(Debug, Default)]
pub(crate) struct FutureQueue(VecDeque<FutureWork>);

impl FutureQueue {
    pub(crate) fn pop(&mut self) -> Option<FutureWork> {
        self.0.pop_front()
    }

    /// A future that nobody has been given yet just goes.
    fn cancel(&mut self, id: TaskId) {
        let waits = |work: &FutureWork| matches!(work, FutureWork::Spawn(task) if task.id == id);
        match self.0.iter().position(waits) {
            Some(place) => drop(self.0.remove(place)),
            None => self.0.push_back(FutureWork::Cancel(id)),
        }
    }
}

impl OverlayState {
    fn task_id(&self, number: u64) -> TaskId {
        TaskId {
            overlay: self.community_id,
            serial: self.serial,
            number,
        }
    }

    /// Cancels every task; with `for_good` no new ones are taken.
    pub(crate) fn end_tasks(&mut self, for_good: bool, shared: &mut Shared) {
        let names = self.tasks.list().into_iter().map(|task| task.name);
        for name in names.collect::<Vec<_>>() {
            self.cancel_task(name.as_str(), shared);
        }
        if for_good {
            self.tasks.shut_down();
        }
    }

    fn cancel_task(&mut self, name: &str, shared: &mut Shared) -> bool {
        let Some((number, kind)) = self.tasks.cancel(name) else {
            return false;
        };
        if !self.waiters.is_empty() {
            self.waiters.retain(|(_, _, waiter)| *waiter != name);
        }
        if kind == TaskKind::Future {
            shared.futures.cancel(self.task_id(number));
        }
        true
    }

    /// What is due, `most` of it at most, for [`run_task`].
    pub(crate) fn due_tasks(&mut self, most: usize, now: Instant) -> Vec<Due> {
        self.tasks.due(most, now)
    }
}

/// Runs one task that was due, if it is still wanted.
///
/// `call` runs user code and says whether it came back without a panic.
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
    let came_back = match job.downcast::<Repeat<C>>() {
        Ok(mut repeat) => {
            let came_back = call(&mut || repeat(community, cx));
            cx.state.tasks.end(due, repeat, cx.now);
            came_back
        }
        Err(job) => run_once(job, community, cx, call),
    };
    (!came_back).then_some(TaskEvent::Panicked(name))
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

/// Takes in a future's output, if the task is still wanted.
pub(crate) fn finish_task<C: 'static>(
    finished: FinishedTask,
    community: &mut C,
    cx: &mut Context<'_>,
    call: impl FnOnce(&mut dyn FnMut()) -> bool,
) -> Option<TaskEvent> {
    let FinishedTask { id, name, mut done } = finished;
    if !cx.state.tasks.finish(name.as_str(), id.number) {
        // Cancelled while it ended; what it gave is the user's, and may panic when it is dropped.
        call(&mut || drop(done.take()));
        return None;
    }
    let came_back = done.is_some_and(|done| run_once(done, community, cx, call));
    (!came_back).then_some(TaskEvent::Panicked(name))
}

/// # Tasks
///
/// They belong to the overlay: each has a name, runs between two inputs like every other call, and goes when
/// the overlay is unloaded. The clock is the engine's, so they work in virtual time and with tokio's clock
/// paused. A panic is caught, counted and named ([`Place::Task`](crate::engine::Place::Task)); a periodic task
/// goes on.
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
/// For those who know py-ipv8's `TaskManager`:
///
/// | py-ipv8 | here | differs |
/// |---|---|---|
/// | `register_task(name, task)` | [`after`](Self::after) with [`Duration::ZERO`] | runs after the current call, not within it |
/// | `register_task(name, task, delay=…)` | [`after`](Self::after) | over when it starts, so that it can register itself anew |
/// | `register_task(name, task, interval=…, delay=…)` | [`every`](Self::every), [`every_after`](Self::every_after) | keeps the beat: py-ipv8 waits one interval from the end of each run |
/// | `register_task(name, coroutine)` | [`spawn`](Self::spawn) | the output comes back to a method of the community: nothing else may touch it meanwhile |
/// | `register_anonymous_task` | [`register_anonymous_task`](Self::register_anonymous_task) | gives the name |
/// | `register_executor_task` | [`spawn`](Self::spawn) with `tokio::task::spawn_blocking` in the future | the engine itself knows no threads |
/// | `register_shutdown_task` | [`Community::unload`](crate::Community::unload) | one place for what is to be done at the end |
/// | `replace_task` | [`replace_task`](Self::replace_task) | at once: what is cancelled never runs again, so there is nothing to wait for |
/// | `cancel_pending_task`, `cancel_all_pending_tasks` | [`cancel_task`](Self::cancel_task), [`cancel_all_tasks`](Self::cancel_all_tasks) | |
/// | `is_pending_task_active`, `get_task`, `get_tasks` | [`is_task_active`](Self::is_task_active), [`tasks`](Self::tasks) | what is known of a task, not the task itself |
/// | `get_anonymous_tasks` | [`tasks`](Self::tasks) and `starts_with` on the names | |
/// | `wait_for_tasks` | none | with a periodic task it waits for ever; let the last task say that it is done |
/// | `shutdown_task_manager` | done when the overlay is unloaded | a task registered after that is an error, not a warning |
/// | `ignore=…`, `@task` | none | tasks return nothing; what they fail at is theirs, a panic is caught |
/// | the warning about tasks older than 600 s | the same, and [`Event::OldTask`](crate::engine::Event::OldTask) | for futures only: what is merely due later does not run |
impl Context<'_> {
    /// Registers `task` under `name`.
    ///
    /// # Errors
    ///
    /// [`TaskError`]: the name is active, the interval is too short, there are too many tasks, the overlay is
    /// being unloaded, or the task belongs to another community.
    pub fn register_task<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        task: Task<C>,
    ) -> Result<(), TaskError> {
        let name = name.into();
        self.check_community::<C>(&name)?;
        let delay = task.delay.min(LONGEST_WAIT);
        let first = self.now.checked_add(delay).unwrap_or(self.now);
        let (kind, job) = (task.kind, task.job);
        let tasks = &mut self.state.tasks;
        let number = tasks.add(name.clone(), kind, job, first, self.now)?;
        if let Some(future) = task.future {
            let id = self.state.task_id(number);
            let spawned = SpawnedTask { id, name, future };
            let queue = &mut self.shared.futures.0;
            queue.push_back(FutureWork::Spawn(spawned));
        }
        self.state.wake_at(first, &mut self.shared.timers);
        Ok(())
    }

    /// Registers `task` under a name made of `base` and a number, and gives the name.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`]; the name is never active.
    pub fn register_anonymous_task<C: 'static>(
        &mut self,
        base: &str,
        task: Task<C>,
    ) -> Result<TaskName, TaskError> {
        let name = self.state.tasks.anonymous(base);
        self.register_task(name.clone(), task)?;
        Ok(name)
    }

    /// Cancels the task of this name, if there is one, and registers `task` under it.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`], but for the name; the old task is then cancelled all the same, except
    /// when the new one belongs to another community.
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

    /// Runs `task` every `interval` (at least [`MIN_INTERVAL`](crate::state::tasks::MIN_INTERVAL)), the first time
    /// after one interval. A run that comes late moves no later one; those it missed are not made up for.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`].
    pub fn every<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        self.register_task(name, Task::every(interval, task))
    }

    /// As [`Context::every`], but the first time after `delay`; zero: as soon as this call has ended.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`].
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
    /// As [`Context::register_task`].
    pub fn after<C: 'static>(
        &mut self,
        name: impl Into<TaskName>,
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        self.register_task(name, Task::after(delay, task))
    }

    /// Has `future` polled beside the node (by the runtime: as a tokio task of its own) and calls `on_done`
    /// with its output. When the task is cancelled, or the overlay unloaded, the future is dropped and
    /// `on_done` never called.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`].
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

    /// Cancels the task of this name; returns whether there was one. A task can cancel itself.
    pub fn cancel_task(&mut self, name: &str) -> bool {
        self.state.cancel_task(name, self.shared)
    }

    /// Cancels every task of this overlay.
    pub fn cancel_all_tasks(&mut self) {
        self.state.end_tasks(false, self.shared);
    }

    /// Whether a task of this name is active: registered, and neither over nor cancelled.
    #[must_use]
    pub fn is_task_active(&self, name: &str) -> bool {
        self.state.tasks.is_active(name)
    }

    /// The active tasks of this overlay, in the order in which they were registered.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.state.tasks.list()
    }

    fn check_community<C: 'static>(&self, name: &TaskName) -> Result<(), TaskError> {
        match self.state.community_type {
            Some((expected, type_name_of)) if expected != TypeId::of::<C>() => {
                Err(TaskError::OtherCommunity {
                    name: name.clone(),
                    expected: type_name_of,
                    given: type_name::<C>(),
                })
            }
            _ => Ok(()),
        }
    }
}
