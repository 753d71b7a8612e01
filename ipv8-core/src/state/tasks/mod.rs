//! The tasks of one overlay by name, and when each is due: py-ipv8's `TaskManager` without its loop.
//!
//! Like the [request cache](crate::state::request_cache) this is data that reads no clock: its owner asks what is
//! due, runs it, and says so. [`Context`](crate::Context) has the calls that communities make.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use crate::state::timers::{TimerId, Timers};

/// How long a future may run before it is reported, and how often again (py-ipv8's `MAX_TASK_AGE`).
pub const MAX_TASK_AGE: Duration = Duration::from_secs(600);

/// The shortest interval of a periodic task: a shorter one would leave the node no time for anything else.
pub const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// How many tasks an overlay may have at once. A handler that registers one for each message it gets would
/// otherwise let others fill the memory.
pub const MAX_TASKS: usize = 4096;

/// The name of a task, unique within its overlay while the task is active.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskName(Cow<'static, str>);

impl TaskName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for TaskName {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl From<String> for TaskName {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl Borrow<str> for TaskName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for TaskName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for TaskName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for TaskName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a task was not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// A task of this name is active.
    #[error("task `{0}` is active already: give the new one another name, or replace the old one")]
    Active(TaskName),
    /// The interval of a periodic task is shorter than [`MIN_INTERVAL`].
    #[error(
        "task `{name}` is to run every {interval:?}: the shortest interval is {MIN_INTERVAL:?}"
    )]
    Interval {
        /// The task.
        name: TaskName,
        /// What was asked for.
        interval: Duration,
    },
    /// The overlay has [`MAX_TASKS`] tasks.
    #[error("task `{0}` is one too many: an overlay has at most {MAX_TASKS} at once")]
    Full(TaskName),
    /// The overlay is being unloaded.
    #[error("task `{0}` was not registered: the overlay is being unloaded")]
    Unloaded(TaskName),
    /// The task is a method of another community than the one this context belongs to.
    #[error("task `{name}` works on a `{given}`, but this overlay's community is a `{expected}`")]
    OtherCommunity {
        /// The task.
        name: TaskName,
        /// The community type of this overlay.
        expected: &'static str,
        /// The community type of the task.
        given: &'static str,
    },
}

/// What kind of task an active one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskKind {
    /// Runs again and again, this far apart.
    Every(Duration),
    /// Runs once, later.
    Once,
    /// A future that the runtime polls.
    Future,
}

/// An active task, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskInfo {
    /// Its name.
    pub name: TaskName,
    /// Its kind.
    pub kind: TaskKind,
    /// When it was registered.
    pub since: Instant,
    /// When it runs next; `None` for a future, and while it runs.
    pub next: Option<Instant>,
}

#[derive(Debug)]
struct Entry<J> {
    number: u64,
    kind: TaskKind,
    since: Instant,
    /// What to run; `None` for a future and while it runs.
    job: Option<J>,
    timer: Option<TimerId>,
}

/// A task whose time has come; [`Tasks::begin`] says what to do.
#[derive(Clone, Debug)]
pub struct Due {
    /// The task.
    pub name: TaskName,
    number: u64,
}

/// What is to be done about a task whose time has come.
#[derive(Debug)]
pub enum Work<J> {
    /// Run the job, then give it back with [`Tasks::end`].
    Run(J),
    /// It has been running for this long: tell somebody.
    Report(Duration),
}

/// The named tasks of one overlay.
///
/// A name is active from the registration until the task is over or cancelled: for a periodic task also
/// while it runs; a task that runs once is over when it starts, so it can register itself anew.
#[derive(Debug)]
pub struct Tasks<J> {
    entries: HashMap<TaskName, Entry<J>>,
    timers: Timers<Due>,
    next_number: u64,
    shut_down: bool,
}

impl<J> Default for Tasks<J> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            timers: Timers::new(),
            next_number: 0,
            shut_down: false,
        }
    }
}

impl<J> Tasks<J> {
    /// Registers a task that is first due at `first` (for a future: that is old then).
    ///
    /// # Errors
    ///
    /// See [`TaskError`]; nothing has changed then.
    pub fn add(
        &mut self,
        name: TaskName,
        kind: TaskKind,
        job: Option<J>,
        first: Instant,
        now: Instant,
    ) -> Result<u64, TaskError> {
        if self.shut_down {
            return Err(TaskError::Unloaded(name));
        }
        if self.is_active(name.as_str()) {
            return Err(TaskError::Active(name));
        }
        if let TaskKind::Every(interval) = kind
            && interval < MIN_INTERVAL
        {
            return Err(TaskError::Interval { name, interval });
        }
        if self.entries.len() >= MAX_TASKS {
            return Err(TaskError::Full(name));
        }
        let number = self.next_number;
        self.next_number += 1;
        let due = Due {
            name: name.clone(),
            number,
        };
        let entry = Entry {
            number,
            kind,
            since: now,
            job,
            timer: Some(self.timers.insert(first, due)),
        };
        self.entries.insert(name, entry);
        Ok(number)
    }

    /// A name with `base` and a number in it that no task has had.
    pub fn anonymous(&mut self, base: &str) -> TaskName {
        loop {
            let name = format!("{base} {}", self.next_number);
            self.next_number += 1;
            if !self.is_active(&name) {
                return TaskName::from(name);
            }
        }
    }

    /// Takes what is due at `now`, earliest first, `most` of it at most. What is registered after this is not among it.
    pub fn due(&mut self, most: usize, now: Instant) -> Vec<Due> {
        let due = std::iter::from_fn(|| self.timers.pop_expired(now));
        due.take(most).map(|(_, due)| due).collect()
    }

    /// What to do about a task that was due; `None` when it was cancelled since.
    pub fn begin(&mut self, due: &Due, now: Instant) -> Option<Work<J>> {
        let entry = self.entries.get_mut(due.name.as_str())?;
        if entry.number != due.number {
            return None;
        }
        match entry.kind {
            TaskKind::Every(_) => entry.job.take().map(Work::Run),
            TaskKind::Once => {
                let entry = self.entries.remove(due.name.as_str())?;
                entry.job.map(Work::Run)
            }
            TaskKind::Future => {
                let age = now.saturating_duration_since(entry.since);
                let again = now.checked_add(MAX_TASK_AGE);
                entry.timer = again.map(|again| self.timers.insert(again, due.clone()));
                Some(Work::Report(age))
            }
        }
    }

    /// Takes a periodic job back after its run, which was due at `due_at` and has ended by `now`: it runs
    /// next at the first multiple of its interval after `now`. Does nothing when it was cancelled meanwhile.
    pub fn end(&mut self, due: Due, job: J, now: Instant) {
        let Some(entry) = self.entries.get_mut(due.name.as_str()) else {
            return;
        };
        let TaskKind::Every(interval) = entry.kind else {
            return;
        };
        if entry.number != due.number {
            return;
        }
        let last = entry.timer.map_or(now, TimerId::at);
        let next = next_run(last, interval, now);
        entry.job = Some(job);
        entry.timer = next.map(|next| self.timers.insert(next, due));
    }

    /// Lets a task that runs once run at `now` instead of later. Does nothing for others.
    pub fn hasten(&mut self, name: &str, now: Instant) {
        let Some(entry) = self.entries.get_mut(name) else {
            return;
        };
        let waits = entry.timer.filter(|timer| timer.at() > now);
        if entry.kind == TaskKind::Once
            && let Some(due) = waits.and_then(|timer| self.timers.cancel(timer))
        {
            entry.timer = Some(self.timers.insert(now, due));
        }
    }

    /// Ends the task of this name; gives its number and kind, or `None` when there is none.
    pub fn cancel(&mut self, name: &str) -> Option<(u64, TaskKind)> {
        let entry = self.entries.remove(name)?;
        if let Some(timer) = entry.timer {
            self.timers.cancel(timer);
        }
        Some((entry.number, entry.kind))
    }

    /// Ends the task of this name if it is the one with this number: a future that has come back.
    pub fn finish(&mut self, name: &str, number: u64) -> bool {
        let is_it = self.entries.get(name);
        is_it.is_some_and(|entry| entry.number == number) && self.cancel(name).is_some()
    }

    /// Ends every task and refuses new ones from now on.
    pub fn shut_down(&mut self) {
        self.shut_down = true;
        self.entries.clear();
        self.timers.clear();
    }

    /// Whether a task of this name is active.
    #[must_use]
    pub fn is_active(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The active tasks, in the order in which they were registered.
    #[must_use]
    pub fn list(&self) -> Vec<TaskInfo> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(_, entry)| entry.number);
        let info = |(name, entry): (&TaskName, &Entry<J>)| TaskInfo {
            name: name.clone(),
            kind: entry.kind,
            since: entry.since,
            next: entry.timer.filter(|_| entry.job.is_some()).map(TimerId::at),
        };
        entries.into_iter().map(info).collect()
    }

    /// When something is due next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }
}

/// The first of `last + interval`, `last + 2 * interval`, … that lies after `now`: a late run neither moves the
/// later ones nor makes up for those it missed. `None` when the clock does not go that far.
fn next_run(last: Instant, interval: Duration, now: Instant) -> Option<Instant> {
    let late = now.saturating_duration_since(last).as_nanos();
    let into = late % interval.as_nanos().max(1);
    let into = Duration::from_nanos(u64::try_from(into).unwrap_or(u64::MAX));
    match now <= last {
        true => last.checked_add(interval),
        false => now.checked_add(interval.saturating_sub(into)),
    }
}

#[cfg(test)]
mod tests;
