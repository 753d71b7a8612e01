//! The table of the tasks of one overlay.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::task::{MAX_TASK_AGE, MAX_TASKS, MIN_INTERVAL, TaskError, TaskInfo, TaskKind, TaskName};
use crate::state::timers::{TimerId, Timers};

#[derive(Debug)]
struct Entry<J> {
    number: u64,
    kind: TaskKind,
    since: Instant,
    /// The job; `None` for a future, and during a run.
    job: Option<J>,
    timer: Option<TimerId>,
}

/// A due task. [`Tasks::begin`] returns the work to do.
#[derive(Clone, Debug)]
pub struct Due {
    /// The task.
    pub name: TaskName,
    number: u64,
}

/// The work to do for a due task.
#[derive(Debug)]
pub enum Work<J> {
    /// Run the job, then return it with [`Tasks::end`].
    Run(J),
    /// Report that the future has been running for this long.
    Report(Duration),
}

/// The named tasks of one overlay.
///
/// A name is active from registration until the task ends or is cancelled. A periodic task is also
/// active during a run; a task that runs once ends when it starts, so it can register itself again.
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
    /// Registers a task that is first due at `first` (for a future: the time of the first report).
    ///
    /// # Errors
    ///
    /// See [`TaskError`]; nothing changes then.
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

    /// Returns a new name made of `base` and a number.
    pub fn anonymous(&mut self, base: &str) -> TaskName {
        loop {
            let name = format!("{base} {}", self.next_number);
            self.next_number += 1;
            if !self.is_active(&name) {
                return TaskName::from(name);
            }
        }
    }

    /// Removes up to `most` tasks that are due at `now` from the queue, earliest first. A task that
    /// is registered later is not included.
    pub fn due(&mut self, most: usize, now: Instant) -> Vec<Due> {
        let due = std::iter::from_fn(|| self.timers.pop_expired(now));
        due.take(most).map(|(_, due)| due).collect()
    }

    /// Returns the work for a due task; `None` if the task was cancelled meanwhile.
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

    /// Takes back a periodic job after a run that ended by `now`. Its next run is at the first
    /// multiple of its interval after `now`. Does nothing if the task was cancelled meanwhile.
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

    /// Makes a task that runs once due at `now` if it is due later. Does nothing for other kinds.
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

    /// Cancels the task of this name. Returns its number and kind, or `None` if there is none.
    pub fn cancel(&mut self, name: &str) -> Option<(u64, TaskKind)> {
        let entry = self.entries.remove(name)?;
        if let Some(timer) = entry.timer {
            self.timers.cancel(timer);
        }
        Some((entry.number, entry.kind))
    }

    /// Ends the task of this name if it has this number: a finished future.
    pub fn finish(&mut self, name: &str, number: u64) -> bool {
        let is_it = self.entries.get(name);
        is_it.is_some_and(|entry| entry.number == number) && self.cancel(name).is_some()
    }

    /// Ends every task and refuses new ones.
    pub fn shut_down(&mut self) {
        self.shut_down = true;
        self.entries.clear();
        self.timers.clear();
    }

    /// Returns `true` if a task of this name is active.
    #[must_use]
    pub fn is_active(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Returns the active tasks in order of registration.
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

    /// Returns the time when the next task is due.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }
}

/// Returns the first of `last + interval`, `last + 2 * interval`, … after `now`: a late run neither
/// delays later runs nor makes up for missed ones. `None` if the clock does not reach that far.
pub(super) fn next_run(last: Instant, interval: Duration, now: Instant) -> Option<Instant> {
    let late = now.saturating_duration_since(last).as_nanos();
    let into = late % interval.as_nanos().max(1);
    let into = Duration::from_nanos(u64::try_from(into).unwrap_or(u64::MAX));
    match now <= last {
        true => last.checked_add(interval),
        false => now.checked_add(interval.saturating_sub(into)),
    }
}
