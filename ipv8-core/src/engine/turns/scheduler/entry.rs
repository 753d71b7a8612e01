//! One strategy among the turns.

use std::time::Duration;

use super::order::Rank;
use super::pace::{nanoseconds, period_of};

/// A strategy, and the cell in which it has its next turn, in nanoseconds of the strategies' [time](super::pace::Pace).
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    pub(super) turn: T,
    /// The interval it has of its own.
    pub(super) own: Option<Duration>,
    /// It was the so manieth to be added.
    pub(super) number: u64,
    /// The interval it gets.
    pub(super) period: i64,
    /// It has had no turn yet.
    pub(super) fresh: bool,
    /// It pauses: `from` and `end` count from when it began to.
    pub(super) paused: bool,
    /// From here on it may have its next turn.
    pub(super) from: i64,
    /// Whoever's cell ends first goes first.
    pub(super) end: i64,
}

impl<T> Entry<T> {
    /// One that was added at `now`. It may have a turn at once if nobody else may, and goes after all others otherwise.
    pub(super) fn new(turn: T, own: Option<Duration>, common: Duration, number: u64) -> Self {
        Self {
            turn,
            own,
            number,
            period: nanoseconds(period_of(own.unwrap_or(common))),
            fresh: true,
            paused: false,
            from: 0,
            end: 0,
        }
    }

    /// As if it was added at `now`.
    pub(super) fn begin(&mut self, now: i64) {
        self.fresh = true;
        self.from = now;
        self.end = now + self.period + self.period / 2;
    }

    pub(super) fn rank(&self) -> Rank {
        Rank {
            end: self.end,
            had_turns: !self.fresh,
            number: self.number,
        }
    }

    /// Takes no turns from `now` on.
    pub(super) fn pause(&mut self, now: i64) {
        self.paused = true;
        self.from -= now;
        self.end -= now;
    }

    /// Takes turns again, as if no time had passed since it paused.
    pub(super) fn resume(&mut self, now: i64) {
        self.paused = false;
        self.from += now;
        self.end += now;
        self.calm_down(now);
    }

    /// Has a whole cell before it again, whatever it missed: being changed must not make it more urgent than others.
    pub(super) fn calm_down(&mut self, now: i64) {
        if !self.fresh {
            self.from = self.from.max(now);
            self.end = self.from + self.period;
        }
    }

    /// The next cell follows the one of this turn. The first turn, at `at`, is the middle of its cell, so that there is room on
    /// both sides when others come and go.
    pub(super) fn had_turn(&mut self, at: i64) {
        self.from = if std::mem::take(&mut self.fresh) {
            at + self.period / 2
        } else {
            self.end
        };
        self.end = self.from + self.period;
    }

    /// Changes the interval; of what is left of its cell the same share is left.
    pub(super) fn set_period(&mut self, common: Duration, now: i64) {
        let period = nanoseconds(period_of(self.own.unwrap_or(common)));
        let before = std::mem::replace(&mut self.period, period);
        let now = if self.paused { 0 } else { now };
        if self.fresh {
            self.end = self.from + period + period / 2;
        } else if before != period {
            self.from = scaled(self.from, now, before, period);
            self.end = scaled(self.end, now, before, period);
        }
    }
}

/// `at`, where time passes at another pace around `now`: what took `before` takes `after`.
fn scaled(at: i64, now: i64, before: i64, after: i64) -> i64 {
    let ahead = at.saturating_sub(now);
    if ahead == before {
        return now.saturating_add(after);
    }
    let [before, after] = [before, after].map(|time| Duration::from_nanos(time.unsigned_abs()));
    let seconds = Duration::from_nanos(ahead.unsigned_abs()).as_secs_f64();
    let distance = seconds * (after.as_secs_f64() / before.as_secs_f64());
    let distance = Duration::try_from_secs_f64(distance).map_or(i64::MAX, nanoseconds);
    now.saturating_add(if ahead < 0 { -distance } else { distance })
}
