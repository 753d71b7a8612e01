//! A simple scheduler that visits every strategy in each turn: slower, and short enough to be
//! checked by reading.

use std::time::{Duration, Instant};

use crate::engine::turns::scheduler::grid::{GridPoint, scaled};
use crate::engine::turns::scheduler::rates::{MIN_GAP, Rates};

/// The turns of all strategies of one node.
///
/// `T` identifies a strategy.
#[derive(Debug)]
pub(super) struct Scheduler<T> {
    interval: Duration,
    entries: Vec<Entry<T>>,
    gap: Duration,
    grid: GridPoint,
    /// The later of the grid point and the first period's start.
    due: Option<Instant>,
    last: Option<Instant>,
    missed: u64,
}

impl<T: PartialEq + Copy> Scheduler<T> {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            entries: Vec::new(),
            gap: interval.max(MIN_GAP),
            grid: GridPoint::None,
            due: None,
            last: None,
            missed: 0,
        }
    }

    pub(super) fn gap(&self) -> Duration {
        self.gap
    }

    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    pub(super) fn insert(
        &mut self,
        strategy: T,
        own: Option<Duration>,
        first: Instant,
        now: Instant,
    ) {
        if self.entries.is_empty() {
            self.grid = GridPoint::At(first);
        }
        self.reshape(now, |entries, interval| {
            let interval = own.unwrap_or(interval);
            entries.push(Entry::new(strategy, own, interval, now));
        });
    }

    pub(super) fn restart(&mut self, first: Instant) {
        self.last = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.runs()) {
            *entry = Entry::new(entry.strategy, entry.own, entry.interval, first);
        }
        if self.entries.iter().any(Entry::runs) {
            self.grid = GridPoint::At(first);
        }
        self.refresh();
    }

    pub(super) fn remove(&mut self, leaves: impl Fn(&T) -> bool, now: Instant) {
        self.reshape(now, |entries, _| {
            entries.retain(|entry| !leaves(&entry.strategy));
        });
        if self.entries.is_empty() {
            self.grid = GridPoint::None;
        }
    }

    pub(super) fn pause(&mut self, strategy: T, now: Instant) -> bool {
        self.change(strategy, now, |entry| {
            let runs = entry.runs();
            entry.paused.get_or_insert(now);
            runs
        })
    }

    pub(super) fn resume(&mut self, strategy: T, now: Instant) -> bool {
        self.change(strategy, now, |entry| entry.resume(now))
    }

    pub(super) fn set_own_interval(
        &mut self,
        strategy: T,
        own: Option<Duration>,
        now: Instant,
    ) -> bool {
        let changed = self.change(strategy, now, |entry| {
            std::mem::replace(&mut entry.own, own) != own
        });
        let mut entries = self.entries.iter_mut();
        let entry = entries.find(|entry| entry.strategy == strategy);
        if let Some(entry) = entry.filter(|entry| changed && entry.runs()) {
            entry.restart_period(now);
        }
        self.refresh();
        changed
    }

    pub(super) fn set_interval(&mut self, interval: Duration, now: Instant) {
        self.interval = interval;
        self.reshape(now, |_, _| {});
    }

    fn change(
        &mut self,
        strategy: T,
        now: Instant,
        change: impl FnOnce(&mut Entry<T>) -> bool,
    ) -> bool {
        let mut changed = false;
        self.reshape(now, |entries, _| {
            let mut entries = entries.iter_mut();
            let entry = entries.find(|entry| entry.strategy == strategy);
            changed = entry.is_some_and(change);
        });
        changed
    }

    /// Changes the strategies at the time `now` and derives everything else from them.
    fn reshape(&mut self, now: Instant, change: impl FnOnce(&mut Vec<Entry<T>>, Duration)) {
        let before = self.gap;
        change(&mut self.entries, self.interval);
        let (wanted, rate) = self.wanted_gap();
        self.gap = wanted.max(MIN_GAP);
        let stretch = MIN_GAP.as_secs_f64() * rate;
        for entry in &mut self.entries {
            let interval = entry.own.unwrap_or(self.interval).max(MIN_GAP);
            let interval = if stretch > 1.0 {
                interval.mul_f64(stretch)
            } else {
                interval
            };
            entry.set_interval(interval, now);
        }
        let runs = self.entries.iter().any(Entry::runs);
        self.grid = self.grid.rescaled(before, self.gap, runs, now);
        self.refresh();
    }

    /// Sums whole numbers like the real scheduler: the last digit of a sum of floats depends on
    /// their order.
    fn wanted_gap(&self) -> (Duration, f64) {
        let mut rates = Rates::new(self.interval);
        for entry in self.entries.iter().filter(|entry| entry.runs()) {
            rates.add(entry.own);
        }
        rates.wanted()
    }

    fn refresh(&mut self) {
        let running = self.entries.iter().filter(|entry| entry.runs());
        let earliest = running.map(|entry| entry.from).min();
        self.due = match (self.grid, earliest) {
            (GridPoint::At(grid), Some(earliest)) => Some(grid.max(earliest)),
            _ => None,
        };
    }

    pub(super) fn next_time(&self) -> Option<Instant> {
        let distance = self.gap / 2;
        let due = self.due?;
        Some(self.last.map_or(due, |last| due.max(last + distance)))
    }

    pub(super) fn peek(&self) -> Option<T> {
        let (_, entry) = self.first_in_line(self.next_time()?)?;
        Some(entry.strategy)
    }

    fn first_in_line(&self, at: Instant) -> Option<(usize, &Entry<T>)> {
        let entries = self.entries.iter().enumerate();
        let begun = entries.filter(|(_, entry)| entry.runs() && entry.from <= at);
        begun.min_by_key(|(_, entry)| (entry.end, !entry.fresh))
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<T> {
        let begins = self.next_time()?;
        if begins > now {
            return None;
        }
        let (index, _) = self.first_in_line(begins)?;
        let due = self.due?;
        let lag = now.saturating_duration_since(due);
        // Grid points passed since this turn was due; 0 if it is late by less than a gap.
        let passed = lag.as_nanos() / self.gap.as_nanos().max(1);
        self.missed += u64::try_from(passed).unwrap_or(u64::MAX);
        let lost = passed * self.gap.as_nanos();
        let lost = Duration::from_nanos(u64::try_from(lost).unwrap_or(u64::MAX));
        for entry in self.entries.iter_mut().filter(|entry| entry.runs()) {
            entry.postpone(lost);
        }
        let entry = self.entries.get_mut(index)?;
        entry.had_turn(due + lost);
        let strategy = entry.strategy;
        self.grid = GridPoint::At(self.grid_after(due + lost));
        self.last = Some(now);
        self.refresh();
        Some(strategy)
    }

    /// Returns the grid point after `point`: one gap later, or three quarters of a gap while a
    /// strategy's period ends before that.
    fn grid_after(&self, point: Instant) -> Instant {
        let next = point + self.gap;
        let mut running = self.entries.iter().filter(|entry| entry.runs());
        if running.any(|entry| entry.end < next) {
            point + self.gap * 3 / 4
        } else {
            next
        }
    }
}

/// A strategy with the period of its next turn.
#[derive(Clone, Debug)]
struct Entry<T> {
    strategy: T,
    /// Its own interval, if it has one.
    own: Option<Duration>,
    /// The length of its periods.
    interval: Duration,
    /// `true` until its first turn.
    fresh: bool,
    /// The start of the period: it may have its next turn from here on.
    from: Instant,
    /// The end of the period: the strategy whose period ends first goes first.
    end: Instant,
    /// The start of the pause, while it is paused.
    paused: Option<Instant>,
}

impl<T> Entry<T> {
    fn new(strategy: T, own: Option<Duration>, interval: Duration, now: Instant) -> Self {
        Self {
            strategy,
            own,
            interval,
            fresh: true,
            from: now,
            end: now + interval + interval / 2,
            paused: None,
        }
    }

    fn runs(&self) -> bool {
        self.paused.is_none()
    }

    /// Returns `true` if it was paused.
    fn resume(&mut self, now: Instant) -> bool {
        let Some(since) = self.paused.take() else {
            return false;
        };
        self.postpone(now.saturating_duration_since(since));
        self.restart_period(now);
        true
    }

    /// Starts a fresh period, so that a change does not let the strategy jump the queue.
    fn restart_period(&mut self, now: Instant) {
        if !self.fresh {
            self.from = self.from.max(now);
            self.end = self.from + self.interval;
        }
    }

    fn postpone(&mut self, by: Duration) {
        self.from += by;
        self.end += by;
    }

    /// Moves on to the next period. The first turn counts as the middle of its period.
    fn had_turn(&mut self, at: Instant) {
        self.from = if std::mem::take(&mut self.fresh) {
            at + self.interval / 2
        } else {
            self.end
        };
        self.end = self.from + self.interval;
    }

    /// Changes the interval. The remaining fraction of the period is kept.
    fn set_interval(&mut self, interval: Duration, now: Instant) {
        let before = std::mem::replace(&mut self.interval, interval);
        let now = self.paused.unwrap_or(now);
        if self.fresh {
            self.end = self.from + interval + interval / 2;
            return;
        }
        self.from = scaled(self.from, now, before, interval);
        self.end = scaled(self.end, now, before, interval);
    }
}
