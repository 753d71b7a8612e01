//! The scheduler itself: when the next turn begins.

use std::hash::Hash;
use std::time::{Duration, Instant};

use super::clock::StrategyClock;
use super::entry::Entry;
use super::grid::GridPoint;
use super::rates::MIN_GAP;
use super::table::Table;

/// How a strategy takes its turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// Its own interval; `None` if it has the [scheduler's](Scheduler::interval).
    pub own_interval: Option<Duration>,
    /// `true` if it is paused.
    pub paused: bool,
}

/// The turns of all strategies of one node.
///
/// `T` identifies a strategy.
#[derive(Debug)]
pub struct Scheduler<T> {
    table: Table<T>,
    clock: StrategyClock,
    gap: Duration,
    grid: GridPoint,
    /// The later of the grid point and the first period's start: the lag of a turn is measured
    /// against it.
    due: Option<Instant>,
    /// The last turn or the last datagram of its step.
    last: Option<Instant>,
    /// The lag of the last turn.
    lag: Duration,
    /// No turn begins before this time, because a step took too long.
    rest_until: Option<Instant>,
    /// All intervals are this many times longer than configured.
    slowdown: f64,
    missed: u64,
}

impl<T: Eq + Hash + Copy> Scheduler<T> {
    /// Returns a scheduler without strategies. Every strategy without an interval of its own will
    /// get one turn per `interval`.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            table: Table::new(interval),
            clock: StrategyClock::default(),
            gap: interval.max(MIN_GAP),
            grid: GridPoint::None,
            due: None,
            last: None,
            lag: Duration::ZERO,
            rest_until: None,
            slowdown: 1.0,
            missed: 0,
        }
    }

    /// Returns the time between two turns, at least [`MIN_GAP`]. With strategies of one interval it
    /// is that interval divided by their number. While no strategy runs it is the interval.
    #[must_use]
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// Returns the interval of the strategies without one of their own.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.table.rates().interval()
    }

    /// Returns the number of strategies, paused ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns `true` if there is no strategy.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns the number of turns lost because an earlier turn, or the machine, was late.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Returns how `strategy` takes its turns, or `None` if the scheduler does not have it.
    #[must_use]
    pub fn scheduled(&self, strategy: T) -> Option<Scheduled> {
        let entry = self.table.get(strategy)?;
        Some(Scheduled {
            own_interval: entry.own,
            paused: entry.paused,
        })
    }

    /// Adds a strategy at the time `now`, with its own interval or the common one. Does nothing if
    /// the scheduler has it.
    ///
    /// Its first turn comes after one turn of each other strategy. If it is the first strategy, its
    /// first turn is at `first`, or earlier if more strategies are added before that and make the
    /// gap shorter.
    pub fn insert(&mut self, strategy: T, own: Option<Duration>, first: Instant, now: Instant) {
        if self.table.contains(strategy) {
            return;
        }
        if self.is_empty() {
            self.grid = GridPoint::At(first);
        }
        self.clock.start(now);
        self.table.insert(strategy, own, self.clock.time(now));
        self.reshape(now);
    }

    /// Reserves room for this many more strategies.
    pub(crate) fn reserve(&mut self, strategies: usize) {
        self.table.reserve(strategies);
    }

    /// Schedules the next turn at `first`, as if every strategy had been added then.
    pub fn restart(&mut self, first: Instant) {
        (self.last, self.rest_until) = (None, None);
        self.table.restart(self.clock.time(first));
        if self.table.rates().any() {
            self.grid = GridPoint::At(first);
        }
        self.refresh();
    }

    /// Removes every strategy for which `leaves` returns `true`, at the time `now`.
    pub fn remove(&mut self, leaves: impl Fn(&T) -> bool, now: Instant) {
        let leaving: Vec<T> = self.table.strategies().filter(leaves).collect();
        self.remove_all(leaving, now);
    }

    /// Removes these strategies at the time `now`. Strategies it does not have are ignored.
    pub fn remove_all(&mut self, leaving: impl IntoIterator<Item = T>, now: Instant) {
        for strategy in leaving {
            self.table.remove(strategy);
        }
        self.reshape(now);
        if self.is_empty() {
            self.grid = GridPoint::None;
        }
    }

    /// Pauses `strategy` from `now` on. Returns `true` if it ran before.
    pub fn pause(&mut self, strategy: T, now: Instant) -> bool {
        let time = self.clock.time(now);
        self.change(strategy, now, |entry| {
            let runs = !entry.paused;
            if runs {
                entry.pause(time);
            }
            runs
        })
    }

    /// Resumes `strategy` from `now` on, as if no time had passed while it was paused. Returns
    /// `true` if it was paused.
    pub fn resume(&mut self, strategy: T, now: Instant) -> bool {
        let time = self.clock.time(now);
        self.change(strategy, now, |entry| {
            let paused = entry.paused;
            if paused {
                entry.resume(time);
            }
            paused
        })
    }

    /// Gives `strategy` an interval of its own, or the common one, from `now` on. Returns `true` if
    /// that is a change. The remaining fraction of the time until its next turn is kept.
    pub fn set_own_interval(&mut self, strategy: T, own: Option<Duration>, now: Instant) -> bool {
        let (time, common) = (self.clock.time(now), self.interval());
        self.change(strategy, now, |entry| {
            let changed = std::mem::replace(&mut entry.own, own) != own;
            entry.update_interval(common, time);
            if changed && !entry.paused {
                entry.restart_period(time);
            }
            changed
        })
    }

    /// Changes the interval of the strategies without one of their own from `now` on. The remaining
    /// fraction of the time until the next turn is kept.
    pub fn set_interval(&mut self, interval: Duration, now: Instant) {
        self.table.set_interval(interval, self.clock.time(now));
        self.reshape(now);
    }

    fn change(
        &mut self,
        strategy: T,
        now: Instant,
        change: impl FnOnce(&mut Entry<T>) -> bool,
    ) -> bool {
        let changed = self.table.edit(strategy, change);
        self.reshape(now);
        changed.unwrap_or(false)
    }

    /// Derives the gap, the clock's rate and the grid from the rates of the strategies at `now`.
    fn reshape(&mut self, now: Instant) {
        let before = self.gap;
        let rates = self.table.rates();
        let (mut wanted, rate) = rates.wanted();
        if self.slowdown > 1.0 {
            wanted = wanted.mul_f64(self.slowdown);
        }
        self.gap = wanted.max(MIN_GAP);
        let stretch = self.slowdown.max(MIN_GAP.as_secs_f64() * rate);
        self.clock.set_stretch(stretch, now);
        self.grid = self.grid.rescaled(before, self.gap, rates.any(), now);
        self.refresh();
    }

    fn refresh(&mut self) {
        let earliest = self.table.earliest();
        let earliest = earliest.and_then(|earliest| self.clock.instant(earliest));
        self.due = match (self.grid, earliest) {
            (GridPoint::At(grid), Some(earliest)) => Some(grid.max(earliest)),
            _ => None,
        };
    }

    /// Returns when the next turn begins, or `None` if no strategy runs.
    #[must_use]
    pub fn next_time(&self) -> Option<Instant> {
        let distance = self.last.map(|last| last + self.gap / 2);
        let bounds = [distance, self.rest_until].into_iter().flatten();
        Some(bounds.fold(self.due?, Instant::max))
    }

    /// Returns whose turn is next, whenever that is; `None` if no strategy runs.
    #[must_use]
    pub fn peek(&self) -> Option<T> {
        self.table.first(self.clock.last_time(self.next_time()?))
    }

    /// Takes the next turn if it has begun by `now`.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        let begins = self.next_time()?;
        if begins > now {
            return None;
        }
        let begins = self.clock.last_time(begins);
        let due = self.due?;
        let lag = now.saturating_duration_since(due);
        self.lag = lag;
        // Grid points passed since this turn was due; 0 if it is late by less than a gap.
        let passed = lag.as_nanos() / self.gap.as_nanos().max(1);
        self.missed += u64::try_from(passed).unwrap_or(u64::MAX);
        let lost = passed * self.gap.as_nanos();
        let lost = Duration::from_nanos(u64::try_from(lost).unwrap_or(u64::MAX));
        self.clock.lose(lost);
        let strategy = self.table.take_turn(begins, self.clock.time(due + lost))?;
        self.grid = GridPoint::At(self.grid_after(due + lost));
        (self.last, self.rest_until) = (Some(now), None);
        self.refresh();
        Some(strategy)
    }

    /// Returns the grid point after `point`: one gap later, or three quarters of a gap while a
    /// strategy's period ends before that. Only strategies that were removed or slowed down after
    /// more turns than their share can cause the latter.
    fn grid_after(&self, point: Instant) -> Instant {
        let next = point + self.gap;
        let end = self.table.first_end();
        let end = end.and_then(|end| self.clock.instant(end));
        if end.is_some_and(|end| end < next) {
            point + self.gap * 3 / 4
        } else {
            next
        }
    }

    /// Returns the lag of the last turn: how long after its time on the grid it was taken.
    #[must_use]
    pub fn lag(&self) -> Duration {
        self.lag
    }

    /// Returns how many times longer than configured all intervals are; 1 unless
    /// [`Scheduler::set_slowdown`] changed it.
    #[must_use]
    pub fn slowdown(&self) -> f64 {
        self.slowdown
    }

    /// Makes all intervals this many times longer than configured from `now` on. A value below 1
    /// counts as 1. The remaining fraction of the time until the next turn is kept.
    pub fn set_slowdown(&mut self, slowdown: f64, now: Instant) {
        self.slowdown = slowdown.max(1.0);
        self.reshape(now);
    }

    /// Delays the next turn after a step that took `took` and returned at `now`, if it took longer
    /// than a gap: by `took`, at most half an interval.
    ///
    /// When all steps are too slow, this leaves as much time as they take, or half an interval, to
    /// everything else.
    pub fn rest(&mut self, took: Duration, now: Instant) {
        let rest = took.min(self.interval() / 2);
        self.rest_until = (took > self.gap).then(|| now + rest);
    }

    /// Notes that the last step was sending until `now`: the next turn keeps its distance from
    /// that, not only from the start of the step.
    pub fn sent_until(&mut self, now: Instant) {
        self.last = Some(now);
    }
}
