//! Catches panics of user code. This is the only place in the crate that does.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A call into user code panicked. Data that it was changing may be half updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Calls user code and catches a panic.
///
/// A panic in one overlay must not take the others down. User code borrows only data, and every
/// piece of that data stays usable.
pub(crate) fn guarded<R>(call: impl FnOnce() -> R) -> Result<R, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}
