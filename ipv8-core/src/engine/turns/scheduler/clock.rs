//! The clock of the strategies: lost turns stop it, and too many turns slow it down.

use std::time::{Duration, Instant};

/// The clock that periods are measured by, in nanoseconds.
///
/// While nothing slows it down, it runs like the real clock, less the lost time, to the nanosecond.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StrategyClock {
    /// A moment on both clocks; `None` before the clock is started.
    anchor: Option<(Instant, i64)>,
    /// How many times slower than the real clock it runs, minus one.
    slower: f64,
}

impl StrategyClock {
    fn anchor(&self, otherwise: Instant) -> (Instant, i64) {
        self.anchor.unwrap_or((otherwise, 0))
    }

    /// Returns the strategies' time at `at`.
    pub(super) fn time(&self, at: Instant) -> i64 {
        let (anchor, time) = self.anchor(at);
        let passed = nanoseconds(at.saturating_duration_since(anchor))
            .saturating_sub(nanoseconds(anchor.saturating_duration_since(at)));
        time.saturating_add(scaled(passed, 1.0 / self.stretch()))
    }

    /// Returns the moment of the strategies' time `time`. It never decreases as `time` grows.
    pub(super) fn instant(&self, time: i64) -> Option<Instant> {
        let (anchor, zero) = self.anchor?;
        let ahead = scaled(time.saturating_sub(zero), self.stretch());
        let distance = Duration::from_nanos(ahead.unsigned_abs());
        match ahead {
            0.. => Some(anchor + distance),
            // Some systems' clocks do not reach back far enough; a less distant past does as well.
            _ => Some(anchor.checked_sub(distance).unwrap_or(anchor)),
        }
    }

    /// Returns the latest strategies' time that has come at `at`.
    pub(super) fn last_time(&self, at: Instant) -> i64 {
        // Rounding can be off by one nanosecond, and by more on a slowed clock.
        let mut time = self.time(at).saturating_add(1);
        while self.instant(time).is_some_and(|instant| instant > at) {
            time -= 1;
        }
        time
    }

    /// Starts the clock, unless it runs.
    pub(super) fn start(&mut self, now: Instant) {
        self.anchor.get_or_insert((now, 0));
    }

    /// Stops the clock for the next `lost`.
    pub(super) fn lose(&mut self, lost: Duration) {
        if let Some((anchor, _)) = &mut self.anchor {
            *anchor += lost;
        }
    }

    /// Returns how many times slower than the real clock it runs: 1 or more.
    pub(super) fn stretch(&self) -> f64 {
        1.0 + self.slower
    }

    /// Makes the clock run `stretch` times slower than the real one from `now` on.
    pub(super) fn set_stretch(&mut self, stretch: f64, now: Instant) {
        let slower = (stretch - 1.0).max(0.0);
        if slower.to_bits() != self.slower.to_bits() {
            let time = self.time(now);
            (self.anchor, self.slower) = (Some((now, time)), slower);
        }
    }
}

/// Returns the duration in nanoseconds, at most `i64::MAX` (292 years).
pub(super) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn scaled(time: i64, by: f64) -> i64 {
    if by.to_bits() == 1.0_f64.to_bits() {
        time
    } else {
        // The cast saturates. Fractions of a nanosecond do not matter.
        (time as f64 * by).round() as i64
    }
}
