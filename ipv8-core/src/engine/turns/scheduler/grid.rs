//! The next point of the grid on which turns are evenly spaced.

use std::time::{Duration, Instant};

/// The next grid point: the earliest time of the next turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum GridPoint {
    /// There never was a strategy.
    None,
    /// The next grid point is at this time.
    At(Instant),
    /// No strategy runs; this fraction of a gap was left when the last one stopped.
    Left(f64),
}

impl GridPoint {
    /// Returns the grid point after the gap changed from `before` to `after` at `now`. `runs` is
    /// `true` if any strategy runs.
    pub(super) fn rescaled(
        self,
        before: Duration,
        after: Duration,
        runs: bool,
        now: Instant,
    ) -> Self {
        match self {
            // Never later than planned: a strategy that was removed or slowed down may have had
            // more turns than its share.
            Self::At(at) if runs => Self::At(scaled(at, now, before, after)),
            Self::At(at) => {
                let left = at.saturating_duration_since(now).as_secs_f64();
                Self::Left(left / before.as_secs_f64())
            }
            Self::Left(left) if runs => Self::At(now + after.mul_f64(left.min(1.0))),
            point => point,
        }
    }
}

/// Scales the distance of `at` from `now` so that `before` becomes `after`.
pub(super) fn scaled(at: Instant, now: Instant, before: Duration, after: Duration) -> Instant {
    if before == after {
        return at;
    }
    let (ahead, ago) = (
        at.saturating_duration_since(now),
        now.saturating_duration_since(at),
    );
    if ahead == before {
        return now + after;
    }
    let ratio = after.as_secs_f64() / before.as_secs_f64();
    // Some systems' clocks do not reach back far enough; a less distant past does as well.
    let past = now.checked_sub(ago.mul_f64(ratio));
    past.unwrap_or(at.min(now)) + ahead.mul_f64(ratio)
}
