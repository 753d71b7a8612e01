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
//! - while steps take more time than there is, as much time as each took passes before the next turn ([`Scheduler::returned`]);
//! - two turns keep at least half of [`Scheduler::gap`] between them, and [`MIN_GAP`] / 2, whatever happens; so do the last datagram
//!   of a step, handed to the socket, and the next turn;
//! - strategies that come, go, pause or change their interval leave the others the number of turns that their intervals make,
//!   one more or two less, however often that happens: of the time to the next turn the same share is left, only of another gap,
//!   and the cells of the others stay. A new strategy has its first turn once all others had one; time spent paused is as if it
//!   had not passed. While somebody is behind by more than its cell, turns come after three quarters of a gap.
//!
//! Adding, removing or changing a strategy, and taking a turn, cost the logarithm of how many there are; [`Scheduler::set_interval`],
//! [`Scheduler::restart`] and [`Scheduler::remove`] look at each one.

mod entry;
mod order;
mod pace;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::support::hashing::OwnState;
use entry::Entry;
use order::Order;
use pace::{Pace, Rates};

/// The least time between two turns, on average, so that no number of strategies makes the node spin. A shorter interval counts as
/// this long, and intervals that are too short together are all stretched alike: 10,000 strategies can have a turn every 0.1 s.
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

/// How a strategy takes its turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// The interval it has of its own; without one it has that of the [scheduler](Scheduler::interval).
    pub own_interval: Option<Duration>,
    /// Whether it pauses.
    pub paused: bool,
}

/// The turns of all strategies of one node.
///
/// `T` names a strategy; the scheduler only tells one from another.
#[derive(Debug)]
pub struct Scheduler<T> {
    /// By place; the places in `free` are empty.
    entries: Vec<Option<Entry<T>>>,
    free: Vec<u32>,
    places: HashMap<T, u32, OwnState>,
    /// The places of those that run.
    order: Order,
    rates: Rates,
    pace: Pace,
    next_number: u64,
    gap: Duration,
    slot: Slot,
    /// The slot, or when somebody may have it: what a turn is late against.
    due: Option<Instant>,
    last: Option<Instant>,
    /// How late the last turn was.
    late: Duration,
    /// When the last turn was taken, until its step has come back.
    stepping: Option<Instant>,
    /// Until then nobody has a turn, because a step took its time and more.
    rest: Option<Instant>,
    /// How many times longer than they want all intervals are.
    slowdown: f64,
    awaiting_flush: bool,
    missed: u64,
}

impl<T: Eq + Hash + Copy> Scheduler<T> {
    /// No strategies yet; every strategy without an interval of its own will get one turn per `interval`.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            places: HashMap::default(),
            order: Order::default(),
            rates: Rates::new(interval),
            pace: Pace::default(),
            next_number: 0,
            gap: interval.max(MIN_GAP),
            slot: Slot::None,
            due: None,
            last: None,
            late: Duration::ZERO,
            stepping: None,
            rest: None,
            slowdown: 1.0,
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
        self.rates.interval()
    }

    /// How many strategies there are, those included that pause.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many turns were lost because an earlier one, or the machine, was late.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// How `turn` takes its turns; `None` when it is not there.
    #[must_use]
    pub fn scheduled(&self, turn: T) -> Option<Scheduled> {
        let entry = self.entry(turn)?;
        Some(Scheduled {
            own_interval: entry.own,
            paused: entry.paused,
        })
    }

    fn entry(&self, turn: T) -> Option<&Entry<T>> {
        self.at(*self.places.get(&turn)?)
    }

    fn at(&self, place: u32) -> Option<&Entry<T>> {
        self.entries.get(place as usize)?.as_ref()
    }

    /// Adds a strategy at the time `now`, with an interval of its own or the common one; one that is there already stays as it is.
    /// It comes after those that are there; if there are none, the first turn is at `first`, or as much sooner as the gap is smaller
    /// by then because others were added.
    pub fn insert(&mut self, turn: T, own: Option<Duration>, first: Instant, now: Instant) {
        if self.places.contains_key(&turn) {
            return;
        }
        if self.is_empty() {
            self.slot = Slot::At(first);
        }
        self.pace.start(now);
        let mut entry = Entry::new(turn, own, self.interval(), self.next_number);
        entry.begin(self.pace.time(now));
        self.next_number += 1;
        self.rates.add(own);
        let place = self.place(entry);
        self.places.insert(turn, place);
        self.reshape(now);
    }

    /// Makes room for so many more strategies.
    pub(crate) fn reserve(&mut self, strategies: usize) {
        self.entries.reserve(strategies);
        self.places.reserve(strategies);
        self.order.reserve(strategies);
    }

    fn place(&mut self, entry: Entry<T>) -> u32 {
        let (rank, from) = (entry.rank(), entry.from);
        let place = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            // Nobody has that many: one needs a hundred bytes.
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(free) = self.entries.get_mut(place as usize) {
            *free = Some(entry);
            self.order.insert(place, rank, from);
        }
        place
    }

    /// Lets the next turn be at `first`, as if everybody had been added then.
    pub fn restart(&mut self, first: Instant) {
        (self.last, self.rest) = (None, None);
        let time = self.pace.time(first);
        self.each(|entry| {
            if !entry.paused {
                entry.begin(time);
            }
        });
        if self.rates.any() {
            self.slot = Slot::At(first);
        }
        self.refresh();
    }

    /// Changes any of them, and makes the order anew.
    fn each(&mut self, mut change: impl FnMut(&mut Entry<T>)) {
        self.order.clear();
        for (place, entry) in (0..).zip(&mut self.entries) {
            let Some(entry) = entry else { continue };
            change(entry);
            if !entry.paused {
                self.order.insert(place, entry.rank(), entry.from);
            }
        }
    }

    /// Removes every strategy for which `leaves` is true at the time `now`.
    pub fn remove(&mut self, leaves: impl Fn(&T) -> bool, now: Instant) {
        let leaving: Vec<T> = self.places.keys().copied().filter(leaves).collect();
        self.remove_all(leaving, now);
    }

    /// Removes these strategies at the time `now`, those that are there.
    pub fn remove_all(&mut self, leaving: impl IntoIterator<Item = T>, now: Instant) {
        for turn in leaving {
            self.take_out(turn);
        }
        self.reshape(now);
        if self.is_empty() {
            self.slot = Slot::None;
        }
    }

    fn take_out(&mut self, turn: T) {
        let Some(place) = self.places.remove(&turn) else {
            return;
        };
        let entry = self.entries.get_mut(place as usize).and_then(Option::take);
        if let Some(entry) = entry.filter(|entry| !entry.paused) {
            self.order.remove(place, entry.rank());
            self.rates.subtract(entry.own);
        }
        self.free.push(place);
    }

    /// Lets `turn` take no turns from `now` on; whether that changed anything.
    pub fn pause(&mut self, turn: T, now: Instant) -> bool {
        let time = self.pace.time(now);
        self.change(turn, now, |entry| {
            let runs = !entry.paused;
            if runs {
                entry.pause(time);
            }
            runs
        })
    }

    /// Lets `turn` take turns again from `now` on, as if no time had passed while it paused; whether that changed anything.
    pub fn resume(&mut self, turn: T, now: Instant) -> bool {
        let time = self.pace.time(now);
        self.change(turn, now, |entry| {
            let paused = entry.paused;
            if paused {
                entry.resume(time);
            }
            paused
        })
    }

    /// Gives `turn` an interval of its own, or the common one, from `now` on; whether that changed anything. Of the time until
    /// its next turn the same share is left.
    pub fn set_own_interval(&mut self, turn: T, own: Option<Duration>, now: Instant) -> bool {
        let (time, common) = (self.pace.time(now), self.interval());
        self.change(turn, now, |entry| {
            let changed = std::mem::replace(&mut entry.own, own) != own;
            entry.set_period(common, time);
            if changed && !entry.paused {
                entry.calm_down(time);
            }
            changed
        })
    }

    /// Changes the interval of the strategies without one of their own, from `now` on. Of the time until the next turn the same
    /// share is left.
    pub fn set_interval(&mut self, interval: Duration, now: Instant) {
        self.rates.set_interval(interval);
        let time = self.pace.time(now);
        self.each(|entry| entry.set_period(interval, time));
        self.reshape(now);
    }

    fn change(
        &mut self,
        turn: T,
        now: Instant,
        change: impl FnOnce(&mut Entry<T>) -> bool,
    ) -> bool {
        let changed = self.edit(self.places.get(&turn).copied(), change);
        self.reshape(now);
        changed.unwrap_or(false)
    }

    /// Changes one of them, and where it stands.
    fn edit<R>(
        &mut self,
        place: Option<u32>,
        change: impl FnOnce(&mut Entry<T>) -> R,
    ) -> Option<R> {
        let place = place?;
        let entry = self.entries.get_mut(place as usize)?.as_mut()?;
        if !entry.paused {
            self.order.remove(place, entry.rank());
            self.rates.subtract(entry.own);
        }
        let result = change(entry);
        if !entry.paused {
            self.order.insert(place, entry.rank(), entry.from);
            self.rates.add(entry.own);
        }
        Some(result)
    }

    /// Fits in what follows from who takes turns how often, at the time `now`.
    fn reshape(&mut self, now: Instant) {
        let before = self.gap;
        let (mut wanted, rate) = self.rates.wanted();
        if self.slowdown > 1.0 {
            wanted = wanted.mul_f64(self.slowdown);
        }
        self.gap = wanted.max(MIN_GAP);
        let stretch = self.slowdown.max(MIN_GAP.as_secs_f64() * rate);
        self.pace.set_stretch(stretch, now);
        let runs = self.rates.any();
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

    fn refresh(&mut self) {
        let earliest = self.order.earliest();
        let earliest = earliest.and_then(|earliest| self.pace.instant(earliest));
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
        let distance = self.last.map(|last| last + self.gap / 2);
        let others = [distance, self.rest].into_iter().flatten();
        Some(others.fold(self.due?, Instant::max))
    }

    /// Whose turn is next, whenever that is; `None` while [`Scheduler::next_time`] is.
    #[must_use]
    pub fn peek(&self) -> Option<T> {
        let first = self.first_in_line(self.next_time()?)?;
        Some(self.at(first)?.turn)
    }

    fn first_in_line(&self, at: Instant) -> Option<u32> {
        self.order.first(self.pace.last_time(at))
    }

    /// Takes the next turn if it has begun by `now`. After it nobody has a turn until [`Scheduler::flushed`] is called.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        let begins = self.next_time()?;
        if begins > now {
            return None;
        }
        let place = self.first_in_line(begins)?;
        let due = self.due?;
        let late = now.saturating_duration_since(due);
        self.late = late;
        // Grid points passed since this turn was due; 0 when it is less than a gap late.
        let passed = late.as_nanos() / self.gap.as_nanos().max(1);
        self.missed += u64::try_from(passed).unwrap_or(u64::MAX);
        let lost = passed * self.gap.as_nanos();
        let lost = Duration::from_nanos(u64::try_from(lost).unwrap_or(u64::MAX));
        self.pace.lose(lost);
        let time = self.pace.time(due + lost);
        let turn = self.had_turn(place, time)?;
        self.slot = Slot::At(self.slot_after(due + lost));
        self.last = Some(now);
        (self.stepping, self.rest) = (Some(now), None);
        self.awaiting_flush = true;
        self.refresh();
        Some(turn)
    }

    fn had_turn(&mut self, place: u32, time: i64) -> Option<T> {
        let entry = self.entries.get_mut(place as usize)?.as_mut()?;
        self.order.remove(place, entry.rank());
        entry.had_turn(time);
        self.order.insert(place, entry.rank(), entry.from);
        Some(entry.turn)
    }

    /// A gap after `slot`; a bit earlier while somebody is behind by so much that its cell is over. Only others that left, or
    /// became slower, with more turns than their due can have caused that.
    fn slot_after(&self, slot: Instant) -> Instant {
        let next = slot + self.gap;
        let end = self.order.first_end();
        let end = end.and_then(|end| self.pace.instant(end));
        if end.is_some_and(|end| end < next) {
            slot + self.gap * 3 / 4
        } else {
            next
        }
    }

    /// How late the last turn was taken, against the time that the grid had for it.
    #[must_use]
    pub fn late(&self) -> Duration {
        self.late
    }

    /// How many times longer than wanted all intervals are; 1 unless [`Scheduler::set_slowdown`] said more.
    #[must_use]
    pub fn slowdown(&self) -> f64 {
        self.slowdown
    }

    /// Makes all intervals so many times longer than wanted, from `now` on; less than 1 counts as 1. Of the time until the next turn
    /// the same share is left.
    pub fn set_slowdown(&mut self, slowdown: f64, now: Instant) {
        self.slowdown = slowdown.max(1.0);
        self.reshape(now);
    }

    /// The step of the last turn came back at `now`; returns how long it took, the first time this is called for it. If `rests`, and it
    /// took longer than a gap, as much time passes before the next turn, at most half an interval: steps that are all too slow leave as
    /// much time as they take, or that, to everything else.
    pub fn returned(&mut self, rests: bool, now: Instant) -> Option<Duration> {
        let took = now.saturating_duration_since(self.stepping.take()?);
        let rest = took.min(self.interval() / 2);
        self.rest = (rests && took > self.gap).then(|| now + rest);
        Some(took)
    }

    /// Whether a turn was taken and [`Scheduler::flushed`] was not called since.
    #[must_use]
    pub fn is_awaiting_flush(&self) -> bool {
        self.awaiting_flush
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

/// `at`, where time passes at another pace around `now`: what took `before` takes `after`.
fn scaled(at: Instant, now: Instant, before: Duration, after: Duration) -> Instant {
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
    let pace = after.as_secs_f64() / before.as_secs_f64();
    // Not every clock reaches back far enough; then it is as if it were not so long ago.
    let past = now.checked_sub(ago.mul_f64(pace));
    past.unwrap_or(at.min(now)) + ahead.mul_f64(pace)
}
