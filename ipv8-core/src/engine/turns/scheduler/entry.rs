//! One strategy in the scheduler.

use std::time::Duration;

use super::clock::nanoseconds;
use super::order::Rank;
use super::rates::at_least_min_gap;

/// A strategy with the period of its next turn, in nanoseconds of the
/// [strategies' clock](super::clock::StrategyClock).
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    pub(super) strategy: T,
    /// Its own interval, if it has one.
    pub(super) own: Option<Duration>,
    /// Insertion order; breaks ties between equal ranks.
    number: u64,
    /// The length of its periods.
    interval: i64,
    /// `true` until its first turn.
    fresh: bool,
    /// While it is paused, `from` and `end` are relative to the start of the pause.
    pub(super) paused: bool,
    /// The start of the period: it may have its next turn from here on.
    pub(super) from: i64,
    /// The end of the period: the strategy whose period ends first goes first.
    end: i64,
}

impl<T> Entry<T> {
    /// Returns a running entry; [`begin`](Self::begin) starts its first period.
    pub(super) fn new(strategy: T, own: Option<Duration>, common: Duration, number: u64) -> Self {
        Self {
            strategy,
            own,
            number,
            interval: nanoseconds(at_least_min_gap(own.unwrap_or(common))),
            fresh: true,
            paused: false,
            from: 0,
            end: 0,
        }
    }

    /// Starts the first period at `now`. The strategy may have a turn at once if no other strategy
    /// may; otherwise it goes after all others.
    pub(super) fn begin(&mut self, now: i64) {
        self.fresh = true;
        self.from = now;
        self.end = now + self.interval + self.interval / 2;
    }

    /// Returns its place in the order of turns.
    pub(super) fn rank(&self) -> Rank {
        Rank {
            end: self.end,
            had_turns: !self.fresh,
            number: self.number,
        }
    }

    /// Pauses it from `now` on.
    pub(super) fn pause(&mut self, now: i64) {
        self.paused = true;
        self.from -= now;
        self.end -= now;
    }

    /// Resumes it as if no time had passed since the pause began.
    pub(super) fn resume(&mut self, now: i64) {
        self.paused = false;
        self.from += now;
        self.end += now;
        self.restart_period(now);
    }

    /// Starts a fresh period, so that a change does not let the strategy jump the queue.
    pub(super) fn restart_period(&mut self, now: i64) {
        if !self.fresh {
            self.from = self.from.max(now);
            self.end = self.from + self.interval;
        }
    }

    /// Moves on to the next period after a turn at `at`.
    ///
    /// The first turn counts as the middle of its period, which leaves room on both sides when
    /// other strategies are added and removed.
    pub(super) fn had_turn(&mut self, at: i64) {
        self.from = if std::mem::take(&mut self.fresh) {
            at + self.interval / 2
        } else {
            self.end
        };
        self.end = self.from + self.interval;
    }

    /// Applies a changed interval. The remaining fraction of the period is kept.
    pub(super) fn update_interval(&mut self, common: Duration, now: i64) {
        let interval = nanoseconds(at_least_min_gap(self.own.unwrap_or(common)));
        let before = std::mem::replace(&mut self.interval, interval);
        let now = if self.paused { 0 } else { now };
        if self.fresh {
            self.end = self.from + interval + interval / 2;
        } else if before != interval {
            self.from = scaled(self.from, now, before, interval);
            self.end = scaled(self.end, now, before, interval);
        }
    }
}

/// Scales the distance of `at` from `now` so that `before` becomes `after`.
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
