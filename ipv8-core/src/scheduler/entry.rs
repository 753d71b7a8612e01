//! One strategy among the turns.

use std::time::{Duration, Instant};

/// No interval is shorter, so that nothing is divided by zero.
pub(super) const SHORTEST: Duration = Duration::from_nanos(1);

/// A strategy, and the cell in which it has its next turn.
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    pub(super) turn: T,
    /// The interval it has of its own.
    pub(super) own: Option<Duration>,
    /// The interval it gets.
    pub(super) period: Duration,
    /// It has had no turn yet.
    pub(super) fresh: bool,
    /// From here on it may have its next turn.
    pub(super) from: Instant,
    /// Whoever's cell ends first goes first.
    pub(super) end: Instant,
    /// Since when it pauses.
    pub(super) paused: Option<Instant>,
}

impl<T> Entry<T> {
    /// One that was added at `now`. It may have a turn at once if nobody else may, and goes after all others otherwise.
    pub(super) fn new(turn: T, own: Option<Duration>, period: Duration, now: Instant) -> Self {
        Self {
            turn,
            own,
            period,
            fresh: true,
            from: now,
            end: now + period + period / 2,
            paused: None,
        }
    }

    pub(super) fn runs(&self) -> bool {
        self.paused.is_none()
    }

    /// Whether it paused.
    pub(super) fn resume(&mut self, now: Instant) -> bool {
        let Some(since) = self.paused.take() else {
            return false;
        };
        self.postpone(now.saturating_duration_since(since));
        self.calm_down(now);
        true
    }

    /// Has a whole cell before it again, whatever it missed: being changed must not make it more urgent than others.
    pub(super) fn calm_down(&mut self, now: Instant) {
        if !self.fresh {
            self.from = self.from.max(now);
            self.end = self.from + self.period;
        }
    }

    pub(super) fn postpone(&mut self, by: Duration) {
        self.from += by;
        self.end += by;
    }

    /// The next cell follows the one of this turn. The first turn, at `at`, is the middle of its cell, so that there is room on
    /// both sides when others come and go.
    pub(super) fn had_turn(&mut self, at: Instant) {
        self.from = if std::mem::take(&mut self.fresh) {
            at + self.period / 2
        } else {
            self.end
        };
        self.end = self.from + self.period;
    }

    /// Changes the interval; of what is left of its cell the same share is left.
    pub(super) fn set_period(&mut self, period: Duration, now: Instant) {
        let before = std::mem::replace(&mut self.period, period);
        let now = self.paused.unwrap_or(now);
        if self.fresh {
            self.end = self.from + period + period / 2;
            return;
        }
        self.from = scaled(self.from, now, before, period);
        self.end = scaled(self.end, now, before, period);
    }
}

/// `at`, where time passes at another pace around `now`: what took `before` takes `after`.
pub(super) fn scaled(at: Instant, now: Instant, before: Duration, after: Duration) -> Instant {
    let (ahead, ago) = (
        at.saturating_duration_since(now),
        now.saturating_duration_since(at),
    );
    if before == after {
        return at;
    }
    if ahead == before {
        return now + after;
    }
    let pace = after.as_secs_f64() / before.as_secs_f64();
    // Not every clock reaches back far enough; then it is as if it were not so long ago.
    let past = now.checked_sub(ago.mul_f64(pace));
    past.unwrap_or(at.min(now)) + ahead.mul_f64(pace)
}
