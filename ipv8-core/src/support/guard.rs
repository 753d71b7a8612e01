//! Catches panics of user code. This is the only place in the crate that does.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A call into user code panicked. Data that it was changing may be half updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Calls user code and catches a panic.
///
/// A panic in one overlay must not take the others down. User code borrows only data, and every
/// piece of that data stays usable.
#[inline]
pub(crate) fn guarded<R>(call: impl FnOnce() -> R) -> Result<R, Panicked> {
    let (mut call, mut result) = (Some(call), None);
    catch(&mut || result = call.take().map(|call| call()))?;
    result.ok_or(Panicked)
}

/// The part of [`guarded`] that does not depend on the call: compiled once.
#[inline(never)]
fn catch(call: &mut dyn FnMut()) -> Result<(), Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}
