//! Whose turn it is, and when: data only, it calls nothing.
//!
//! Each strategy wants one turn per interval: the walk interval, or one of its own. All turns together are evenly spread: with `n`
//! strategies of the walk interval `w` one begins every `w / n`, with others one every `1 / (1/w1 + 1/w2 + …)` ([`Scheduler::gap`]).
//! Whose turn it is follows from *cells*: each strategy has one turn in each stretch of time as long as its interval, and of those
//! whose cell has begun the one goes first whose cell ends first. Strategies of one interval therefore take turns in a fixed order,
//! and a strategy with an interval of its own is early or late by less than its interval, on average not at all.
//!
//! What keeps the socket calm:
//!
//! - the next turn waits until what the last step sent was handed to the socket ([`Scheduler::flushed`]);
//! - a late turn does not move the later ones, and turns that were missed are not made up for in a burst: the order stays, the
//!   grid stays, the lost grid points are lost for everybody alike;
//! - two turns keep at least half of [`Scheduler::gap`] between them, and [`MIN_GAP`] / 2, whatever happens; so do the last datagram
//!   of a step, handed to the socket, and the next turn;
//! - strategies that come, go, pause or change their interval leave the others the number of turns that their intervals make,
//!   one more or two less, however often that happens: of the time to the next turn the same share is left, only of another gap,
//!   and the cells of the others stay. A new strategy has its first turn once all others had one; time spent paused is as if it
//!   had not passed. While somebody is behind by more than its cell, turns come after three quarters of a gap.

mod entry;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use entry::{Entry, scaled};

/// The least time between two turns, on average, so that no number of strategies makes the node spin. Intervals that are too
/// short for that are all stretched alike.
pub const MIN_GAP: Duration = Duration::from_micros(10);

/// When the next turn may be, were there nothing else to wait for.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// Nobody was ever there.
    None,
    At(Instant),
    /// Nobody runs: this share of a gap was left when the last one stopped.
    Left(f64),
}

/// The turns of all strategies of one node.
///
/// `T` names a strategy; the scheduler never looks at it.
#[derive(Debug)]
pub struct Scheduler<T> {
    interval: Duration,
    entries: Vec<Entry<T>>,
    gap: Duration,
    slot: Slot,
    /// The slot, or when somebody may have it: what a turn is late against.
    due: Option<Instant>,
    last: Option<Instant>,
    awaiting_flush: bool,
    missed: u64,
}

impl<T: PartialEq + Copy> Scheduler<T> {
    /// No strategies yet; every strategy without an interval of its own will get one turn per `interval`.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            entries: Vec::new(),
            gap: interval.max(MIN_GAP),
            slot: Slot::None,
            due: None,
            last: None,
            awaiting_flush: false,
            missed: 0,
        }
    }

    /// The time between two turns: with strategies of one interval, that divided by their number; at least [`MIN_GAP`]. When
    /// nobody takes turns it is the interval.
    #[must_use]
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// The interval of the strategies without one of their own.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// How many strategies there are, those included that pause.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many turns were lost because an earlier one, or the machine, was late.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Whether `turn` is there and pauses.
    #[must_use]
    pub fn is_paused(&self, turn: T) -> bool {
        self.entry(turn).is_some_and(|entry| entry.paused.is_some())
    }

    /// The interval `turn` has of its own, if it is there and has one.
    #[must_use]
    pub fn own_interval(&self, turn: T) -> Option<Duration> {
        self.entry(turn)?.own
    }

    fn entry(&self, turn: T) -> Option<&Entry<T>> {
        self.entries.iter().find(|entry| entry.turn == turn)
    }

    /// Adds a strategy at the time `now`, with an interval of its own or the common one. It comes after those that are there; if
    /// there are none, the first turn is at `first`, or as much sooner as the gap is smaller by then because others were added.
    pub fn insert(&mut self, turn: T, own: Option<Duration>, first: Instant, now: Instant) {
        if self.entries.is_empty() {
            self.slot = Slot::At(first);
        }
        self.reshape(now, |entries, interval| {
            let period = own.unwrap_or(interval);
            entries.push(Entry::new(turn, own, period, now));
        });
    }

    /// Lets the next turn be at `first`, as if everybody had been added then.
    pub fn restart(&mut self, first: Instant) {
        self.last = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.runs()) {
            *entry = Entry::new(entry.turn, entry.own, entry.period, first);
        }
        if self.entries.iter().any(Entry::runs) {
            self.slot = Slot::At(first);
        }
        self.refresh();
    }

    /// Removes every strategy for which `leaves` is true at the time `now`.
    pub fn remove(&mut self, leaves: impl Fn(&T) -> bool, now: Instant) {
        self.reshape(now, |entries, _| {
            entries.retain(|entry| !leaves(&entry.turn));
        });
        if self.entries.is_empty() {
            self.slot = Slot::None;
        }
    }

    /// Lets `turn` take no turns from `now` on; whether that changed anything.
    pub fn pause(&mut self, turn: T, now: Instant) -> bool {
        self.change(turn, now, |entry| {
            let runs = entry.runs();
            entry.paused.get_or_insert(now);
            runs
        })
    }

    /// Lets `turn` take turns again from `now` on, as if no time had passed while it paused; whether that changed anything.
    pub fn resume(&mut self, turn: T, now: Instant) -> bool {
        self.change(turn, now, |entry| entry.resume(now))
    }

    /// Gives `turn` an interval of its own, or the common one, from `now` on; whether that changed anything. Of the time until
    /// its next turn the same share is left.
    pub fn set_own_interval(&mut self, turn: T, own: Option<Duration>, now: Instant) -> bool {
        let changed = self.change(turn, now, |entry| {
            std::mem::replace(&mut entry.own, own) != own
        });
        let mut meant = self.entries.iter_mut().filter(|entry| entry.turn == turn);
        if let Some(entry) = meant.next().filter(|entry| changed && entry.runs()) {
            entry.calm_down(now);
        }
        self.refresh();
        changed
    }

    /// Changes the interval of the strategies without one of their own, from `now` on. Of the time until the next turn the same
    /// share is left.
    pub fn set_interval(&mut self, interval: Duration, now: Instant) {
        self.interval = interval;
        self.reshape(now, |_, _| {});
    }

    fn change(
        &mut self,
        turn: T,
        now: Instant,
        change: impl FnOnce(&mut Entry<T>) -> bool,
    ) -> bool {
        let mut changed = false;
        self.reshape(now, |entries, _| {
            let mut meant = entries.iter_mut().filter(|entry| entry.turn == turn);
            changed = meant.next().is_some_and(change);
        });
        changed
    }

    /// Changes who takes turns how often, at the time `now`, and fits in all that follows from it.
    fn reshape(&mut self, now: Instant, change: impl FnOnce(&mut Vec<Entry<T>>, Duration)) {
        let before = self.gap;
        change(&mut self.entries, self.interval);
        let (wanted, rate) = self.wanted_gap();
        self.gap = wanted.max(MIN_GAP);
        let stretch = MIN_GAP.as_secs_f64() * rate;
        for entry in &mut self.entries {
            let period = entry.own.unwrap_or(self.interval).max(entry::SHORTEST);
            let period = if stretch > 1.0 {
                period.mul_f64(stretch)
            } else {
                period
            };
            entry.set_period(period, now);
        }
        let runs = self.entries.iter().any(Entry::runs);
        self.slot = match self.slot {
            // Never later than planned: who left, or became slower, may have had more turns than its due.
            Slot::At(at) if runs => Slot::At(scaled(at, now, before, self.gap)),
            Slot::At(at) => {
                let left = at.saturating_duration_since(now).as_secs_f64();
                Slot::Left(left / before.as_secs_f64())
            }
            Slot::Left(left) if runs => Slot::At(now + self.gap.mul_f64(left.min(1.0))),
            slot => slot,
        };
        self.refresh();
    }

    /// The gap at which everybody who runs gets a turn per interval, and how many turns that makes in a second.
    fn wanted_gap(&self) -> (Duration, f64) {
        let mut count = 0_u32;
        let mut rate = 0.0;
        let mut same = true;
        let mut first = None;
        for entry in self.entries.iter().filter(|entry| entry.runs()) {
            let period = entry.own.unwrap_or(self.interval).max(entry::SHORTEST);
            same &= *first.get_or_insert(period) == period;
            count += 1;
            rate += 1.0 / period.as_secs_f64();
        }
        let gap = match first {
            None => self.interval,
            Some(period) if same => period / count,
            Some(_) => Duration::from_secs_f64(1.0 / rate),
        };
        (gap, rate)
    }

    fn refresh(&mut self) {
        let running = self.entries.iter().filter(|entry| entry.runs());
        let earliest = running.map(|entry| entry.from).min();
        self.due = match (self.slot, earliest) {
            (Slot::At(slot), Some(earliest)) => Some(slot.max(earliest)),
            _ => None,
        };
    }

    /// When the next turn begins; `None` when nobody takes turns or the last step has not been handed to the socket yet.
    #[must_use]
    pub fn next_time(&self) -> Option<Instant> {
        if self.awaiting_flush {
            return None;
        }
        let distance = self.gap / 2;
        let due = self.due?;
        Some(self.last.map_or(due, |last| due.max(last + distance)))
    }

    /// Whose turn is next, whenever that is; `None` while [`Scheduler::next_time`] is.
    #[must_use]
    pub fn peek(&self) -> Option<T> {
        let (_, entry) = self.first_in_line(self.next_time()?)?;
        Some(entry.turn)
    }

    fn first_in_line(&self, at: Instant) -> Option<(usize, &Entry<T>)> {
        let entries = self.entries.iter().enumerate();
        let begun = entries.filter(|(_, entry)| entry.runs() && entry.from <= at);
        begun.min_by_key(|(_, entry)| (entry.end, !entry.fresh))
    }

    /// Takes the next turn if it has begun by `now`. After it nobody has a turn until [`Scheduler::flushed`] is called.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        let begins = self.next_time()?;
        if begins > now {
            return None;
        }
        let (index, _) = self.first_in_line(begins)?;
        let due = self.due?;
        let late = now.saturating_duration_since(due);
        // Grid points passed since this turn was due; 0 when it is less than a gap late.
        let passed = late.as_nanos() / self.gap.as_nanos().max(1);
        self.missed += u64::try_from(passed).unwrap_or(u64::MAX);
        let lost = passed * self.gap.as_nanos();
        let lost = Duration::from_nanos(u64::try_from(lost).unwrap_or(u64::MAX));
        for entry in self.entries.iter_mut().filter(|entry| entry.runs()) {
            entry.postpone(lost);
        }
        let entry = self.entries.get_mut(index)?;
        entry.had_turn(due + lost);
        let turn = entry.turn;
        self.slot = Slot::At(self.slot_after(due + lost));
        self.last = Some(now);
        self.awaiting_flush = true;
        self.refresh();
        Some(turn)
    }

    /// A gap after `slot`; a bit earlier while somebody is behind by so much that its cell is over. Only others that left, or
    /// became slower, with more turns than their due can have caused that.
    fn slot_after(&self, slot: Instant) -> Instant {
        let next = slot + self.gap;
        let mut running = self.entries.iter().filter(|entry| entry.runs());
        if running.any(|entry| entry.end < next) {
            slot + self.gap * 3 / 4
        } else {
            next
        }
    }

    /// What the last step sent was handed to the socket.
    pub fn flushed(&mut self) {
        self.awaiting_flush = false;
    }

    /// The last step has been sending until `now`; to be called before [`Scheduler::flushed`]. The next turn keeps its distance from
    /// that, not only from the beginning of the step. Without a step that sends it does nothing.
    pub fn sent_until(&mut self, now: Instant) {
        if self.awaiting_flush {
            self.last = Some(now);
        }
    }
}
