//! The name, kind and description of a task, and the errors of registering one.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::time::{Duration, Instant};

/// The time after which a running future is reported, and the time between reports (py-ipv8's
/// `MAX_TASK_AGE`).
pub const MAX_TASK_AGE: Duration = Duration::from_secs(600);

/// The shortest interval of a periodic task. A shorter one would leave the node no time for
/// anything else.
pub(super) const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// The maximum number of tasks of an overlay. Without it, a handler that registers a task for each
/// message would let peers fill the memory.
pub(super) const MAX_TASKS: usize = 4096;

/// The name of a task, unique within its overlay while the task is active.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskName(Cow<'static, str>);

impl TaskName {
    /// Returns the name as text.
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

/// The reason why a task was not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// A task of this name is active.
    #[error("task `{0}` is already active: use another name, or replace the active task")]
    Active(TaskName),
    /// The interval of a periodic task is shorter than 1 ms.
    #[error(
        "the interval of task `{name}` is {interval:?}, but the shortest interval is {MIN_INTERVAL:?}"
    )]
    Interval {
        /// The task.
        name: TaskName,
        /// The requested interval.
        interval: Duration,
    },
    /// The overlay has 4096 tasks.
    #[error("task `{0}` was not registered: the overlay already has {MAX_TASKS} tasks")]
    Full(TaskName),
    /// The overlay is being unloaded.
    #[error("task `{0}` was not registered: the overlay is being unloaded")]
    Unloaded(TaskName),
    /// The task is a method of another community than that of this context.
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

/// The kind of an active task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskKind {
    /// Runs periodically with this interval.
    Every(Duration),
    /// Runs once, later.
    Once,
    /// A future that the runtime polls.
    Future,
}

/// A description of an active task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskInfo {
    /// Its name.
    pub name: TaskName,
    /// Its kind.
    pub kind: TaskKind,
    /// The time of registration.
    pub since: Instant,
    /// The time of the next run; `None` for a future, and during a run.
    pub next: Option<Instant>,
}
