//! Whose turn it is, and when: data only, it calls nothing.
//!
//! With `n` strategies and a walk interval `w` a turn begins every `w / n`, and the strategies take
//! their turns in order. Three rules keep the socket calm:
//!
//! - the next turn waits until what the last step sent was handed to the socket
//!   ([`Scheduler::flushed`]);
//! - a late turn does not move the later ones, and turns that were missed are not made up for in a
//!   burst: the order stays, the grid stays, the lost grid points are lost;
//! - after a late turn the next one keeps at least half the normal distance.

use std::time::{Duration, Instant};

/// The least distance between two turns, so that no number of strategies makes the node spin.
pub const MIN_GAP: Duration = Duration::from_micros(10);

/// The turns of all strategies of one node.
///
/// `T` names a strategy; the scheduler never looks at it.
#[derive(Debug)]
pub struct Scheduler<T> {
    interval: Duration,
    turns: Vec<T>,
    cursor: usize,
    grid: Option<Instant>,
    not_before: Option<Instant>,
    awaiting_flush: bool,
    missed: u64,
}

impl<T: PartialEq + Copy> Scheduler<T> {
    /// No strategies yet; every strategy will get one turn per `interval`.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            turns: Vec::new(),
            cursor: 0,
            grid: None,
            not_before: None,
            awaiting_flush: false,
            missed: 0,
        }
    }

    /// The time between two turns: the interval divided by the number of strategies, at least
    /// [`MIN_GAP`].
    #[must_use]
    pub fn gap(&self) -> Duration {
        let count = u32::try_from(self.turns.len().max(1)).unwrap_or(u32::MAX);
        (self.interval / count).max(MIN_GAP)
    }

    /// How many strategies take turns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether nobody takes turns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// How many turns were lost because an earlier one, or the machine, was late.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Appends a strategy. The very first turn is at `first`; later calls do not change when the
    /// next turn is.
    pub fn insert(&mut self, turn: T, first: Instant) {
        self.turns.push(turn);
        self.grid.get_or_insert(first);
    }

    /// Lets the next turn be at `first`, as if nobody had waited for one before.
    pub fn restart(&mut self, first: Instant) {
        self.grid = (!self.turns.is_empty()).then_some(first);
        self.not_before = None;
    }

    /// Removes every strategy for which `leaves` is true; the others keep their order.
    pub fn remove(&mut self, leaves: impl Fn(&T) -> bool) {
        let before = self
            .turns
            .iter()
            .take(self.cursor)
            .filter(|turn| leaves(turn))
            .count();
        self.turns.retain(|turn| !leaves(turn));
        self.cursor -= before;
        if self.cursor >= self.turns.len() {
            self.cursor = 0;
        }
        if self.turns.is_empty() {
            self.grid = None;
        }
    }

    /// When the next turn begins; `None` when nobody takes turns or the last step has not been
    /// handed to the socket yet.
    #[must_use]
    pub fn next_time(&self) -> Option<Instant> {
        if self.awaiting_flush || self.turns.is_empty() {
            return None;
        }
        let grid = self.grid?;
        Some(self.not_before.map_or(grid, |earliest| earliest.max(grid)))
    }

    /// Whose turn is next, whenever that is.
    #[must_use]
    pub fn peek(&self) -> Option<T> {
        self.turns.get(self.cursor).copied()
    }

    /// Takes the next turn if it has begun by `now`. After it nobody has a turn until
    /// [`Scheduler::flushed`] is called.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        if self.next_time()? > now {
            return None;
        }
        let turn = self.peek()?;
        self.cursor = (self.cursor + 1) % self.turns.len();
        self.advance_grid(now);
        self.awaiting_flush = true;
        Some(turn)
    }

    /// What the last step sent was handed to the socket.
    pub fn flushed(&mut self) {
        self.awaiting_flush = false;
    }

    fn advance_grid(&mut self, now: Instant) {
        let (Some(grid), gap) = (self.grid, self.gap()) else {
            return;
        };
        let late = now.saturating_duration_since(grid);
        // Grid points passed since this turn was due; 0 when it is less than a gap late.
        let passed = u32::try_from(late.as_nanos() / gap.as_nanos().max(1)).unwrap_or(u32::MAX);
        self.missed += u64::from(passed);
        self.grid = Some(grid + gap * passed + gap);
        self.not_before = Some(now + gap / 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(500);

    fn scheduler(count: u32, start: Instant) -> Scheduler<u32> {
        let mut scheduler = Scheduler::new(INTERVAL);
        for turn in 0..count {
            scheduler.insert(turn, start);
        }
        scheduler
    }

    /// Runs every turn when it is due and returns when each was taken, since `start`.
    fn run(scheduler: &mut Scheduler<u32>, start: Instant, count: usize) -> Vec<(u32, Duration)> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let now = scheduler.next_time().expect("somebody has a turn");
            let turn = scheduler.take(now).expect("the turn has begun");
            taken.push((turn, now - start));
            scheduler.flushed();
        }
        taken
    }

    #[test]
    fn turns_are_evenly_spread_and_in_order() {
        let start = Instant::now();
        for count in 1..=10 {
            let taken = run(&mut scheduler(count, start), start, 30);
            for (index, (turn, at)) in (0..).zip(taken) {
                assert_eq!(turn, index % count);
                assert_eq!(at, (INTERVAL / count) * index);
            }
        }
    }

    #[test]
    fn nobody_steps_before_the_last_step_was_flushed() {
        let start = Instant::now();
        let mut scheduler = scheduler(2, start);
        assert_eq!(scheduler.take(start), Some(0));
        assert_eq!(scheduler.next_time(), None);
        assert_eq!(scheduler.take(start + INTERVAL * 3), None);
        scheduler.flushed();
        assert_eq!(scheduler.take(start + INTERVAL * 3), Some(1));
    }

    #[test]
    fn a_late_turn_shifts_nothing_but_itself() {
        let start = Instant::now();
        let gap = INTERVAL / 5;
        let mut scheduler = scheduler(5, start);
        let late = start + gap * 2 / 5;
        assert_eq!(scheduler.take(late), Some(0));
        scheduler.flushed();
        assert_eq!(scheduler.next_time(), Some(start + gap));
    }

    #[test]
    fn missed_turns_are_not_made_up_for_in_a_burst() {
        let start = Instant::now();
        let gap = INTERVAL / 5;
        let mut scheduler = scheduler(5, start);
        // Three and nine tenths of a gap late: grid points 1, 2 and 3 are gone.
        let late = start + gap * 39 / 10;
        assert_eq!(scheduler.take(late), Some(0));
        scheduler.flushed();
        assert_eq!(scheduler.missed(), 3);
        assert_eq!(scheduler.next_time(), Some(late + gap / 2));
        assert_eq!(scheduler.take(late + gap / 2), Some(1));
        scheduler.flushed();
        assert_eq!(scheduler.next_time(), Some(start + gap * 5));
    }

    #[test]
    fn a_restart_counts_no_turn_as_missed() {
        let start = Instant::now();
        let mut scheduler = scheduler(2, start);
        scheduler.restart(start + INTERVAL * 9);
        assert_eq!(scheduler.take(start + INTERVAL), None);
        assert_eq!(scheduler.take(start + INTERVAL * 9), Some(0));
        assert_eq!(scheduler.missed(), 0);
        let mut empty = Scheduler::<u32>::new(INTERVAL);
        empty.restart(start);
        assert_eq!(empty.next_time(), None);
    }

    #[test]
    fn removing_keeps_the_order_of_the_others() {
        let start = Instant::now();
        let mut scheduler = scheduler(4, start);
        let mut now = start;
        for expected in [0, 1] {
            now = scheduler.next_time().expect("a turn");
            assert_eq!(scheduler.take(now), Some(expected));
            scheduler.flushed();
        }
        scheduler.remove(|turn| *turn == 0 || *turn == 2);
        assert_eq!(scheduler.peek(), Some(3));
        assert_eq!(scheduler.gap(), INTERVAL / 2);
        scheduler.remove(|_| true);
        assert_eq!(scheduler.next_time(), None);
        scheduler.insert(9, now + INTERVAL);
        assert_eq!(scheduler.next_time(), Some(now + INTERVAL));
    }
}
