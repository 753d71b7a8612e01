//! The start of virtual time.

use std::time::Instant;

/// Returns the moment at which virtual time starts.
///
/// This is the only time that is read from the machine: nothing else makes an [`Instant`]. Tests
/// depend on differences only.
#[allow(clippy::disallowed_methods)]
pub(super) fn origin() -> Instant {
    Instant::now()
}
