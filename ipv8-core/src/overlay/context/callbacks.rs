//! Callbacks into a community whose type the state of an overlay does not know.

use std::any::Any;
use std::time::Duration;

/// A task's callback: a `Repeat` or a `Once` of `task.rs`.
pub(crate) type Job = Box<dyn Any + Send>;

/// The callback of a typed request: an `OnAnswer` of `requests.rs`.
pub(crate) type Waiting = Box<dyn Any + Send>;

/// The longest timeout or delay. Anything longer might not fit the clock.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A timeout that replaces those of the requests made during `Context::passthrough`.
#[derive(Debug)]
pub(crate) struct Passthrough {
    pub(super) timeout: Duration,
    /// The prefixes it is for; empty: all.
    pub(super) only: Vec<&'static str>,
}
