//! Where virtual time begins.

use std::time::Instant;

/// The one moment that is taken from the machine, because an [`Instant`] cannot be made of anything else. What happens
/// in a test depends on differences only.
pub(super) fn origin() -> Instant {
    Instant::now()
}
