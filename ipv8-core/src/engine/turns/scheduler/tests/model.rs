//! The scheduler as it was when it looked at every strategy in each turn: slower, and short enough to be believed.

use std::time::{Duration, Instant};

use crate::engine::turns::scheduler::MIN_GAP;
use crate::engine::turns::scheduler::pace::Rates;

/// No interval is shorter.
const SHORTEST: Duration = MIN_GAP;

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
pub(super) struct Scheduler<T> {
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
    pub(super) fn new(interval: Duration) -> Self {
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
    pub(super) fn gap(&self) -> Duration {
        self.gap
    }

    /// How many turns were lost because an earlier one, or the machine, was late.
    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    /// Adds a strategy at the time `now`, with an interval of its own or the common one. It comes after those that are there; if
    /// there are none, the first turn is at `first`, or as much sooner as the gap is smaller by then because others were added.
    pub(super) fn insert(&mut self, turn: T, own: Option<Duration>, first: Instant, now: Instant) {
        if self.entries.is_empty() {
            self.slot = Slot::At(first);
        }
        self.reshape(now, |entries, interval| {
            let period = own.unwrap_or(interval);
            entries.push(Entry::new(turn, own, period, now));
        });
    }

    /// Lets the next turn be at `first`, as if everybody had been added then.
    pub(super) fn restart(&mut self, first: Instant) {
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
    pub(super) fn remove(&mut self, leaves: impl Fn(&T) -> bool, now: Instant) {
        self.reshape(now, |entries, _| {
            entries.retain(|entry| !leaves(&entry.turn));
        });
        if self.entries.is_empty() {
            self.slot = Slot::None;
        }
    }

    /// Lets `turn` take no turns from `now` on; whether that changed anything.
    pub(super) fn pause(&mut self, turn: T, now: Instant) -> bool {
        self.change(turn, now, |entry| {
            let runs = entry.runs();
            entry.paused.get_or_insert(now);
            runs
        })
    }

    /// Lets `turn` take turns again from `now` on, as if no time had passed while it paused; whether that changed anything.
    pub(super) fn resume(&mut self, turn: T, now: Instant) -> bool {
        self.change(turn, now, |entry| entry.resume(now))
    }

    /// Gives `turn` an interval of its own, or the common one, from `now` on; whether that changed anything. Of the time until
    /// its next turn the same share is left.
    pub(super) fn set_own_interval(
        &mut self,
        turn: T,
        own: Option<Duration>,
        now: Instant,
    ) -> bool {
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
    pub(super) fn set_interval(&mut self, interval: Duration, now: Instant) {
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
            let period = entry.own.unwrap_or(self.interval).max(SHORTEST);
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

    /// Summed in whole numbers as the new one does: in the last digit a sum of floats depends on their order.
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
        self.due = match (self.slot, earliest) {
            (Slot::At(slot), Some(earliest)) => Some(slot.max(earliest)),
            _ => None,
        };
    }

    /// When the next turn begins; `None` when nobody takes turns or the last step has not been handed to the socket yet.
    pub(super) fn next_time(&self) -> Option<Instant> {
        if self.awaiting_flush {
            return None;
        }
        let distance = self.gap / 2;
        let due = self.due?;
        Some(self.last.map_or(due, |last| due.max(last + distance)))
    }

    /// Whose turn is next, whenever that is; `None` while [`Scheduler::next_time`] is.
    pub(super) fn peek(&self) -> Option<T> {
        let (_, entry) = self.first_in_line(self.next_time()?)?;
        Some(entry.turn)
    }

    fn first_in_line(&self, at: Instant) -> Option<(usize, &Entry<T>)> {
        let entries = self.entries.iter().enumerate();
        let begun = entries.filter(|(_, entry)| entry.runs() && entry.from <= at);
        begun.min_by_key(|(_, entry)| (entry.end, !entry.fresh))
    }

    /// Takes the next turn if it has begun by `now`. After it nobody has a turn until [`Scheduler::flushed`] is called.
    pub(super) fn take(&mut self, now: Instant) -> Option<T> {
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
    pub(super) fn flushed(&mut self) {
        self.awaiting_flush = false;
    }
}

/// A strategy, and the cell in which it has its next turn.
#[derive(Clone, Debug)]
struct Entry<T> {
    turn: T,
    /// The interval it has of its own.
    own: Option<Duration>,
    /// The interval it gets.
    period: Duration,
    /// It has had no turn yet.
    fresh: bool,
    /// From here on it may have its next turn.
    from: Instant,
    /// Whoever's cell ends first goes first.
    end: Instant,
    /// Since when it pauses.
    paused: Option<Instant>,
}

impl<T> Entry<T> {
    /// One that was added at `now`. It may have a turn at once if nobody else may, and goes after all others otherwise.
    fn new(turn: T, own: Option<Duration>, period: Duration, now: Instant) -> Self {
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

    fn runs(&self) -> bool {
        self.paused.is_none()
    }

    /// Whether it paused.
    fn resume(&mut self, now: Instant) -> bool {
        let Some(since) = self.paused.take() else {
            return false;
        };
        self.postpone(now.saturating_duration_since(since));
        self.calm_down(now);
        true
    }

    /// Has a whole cell before it again, whatever it missed: being changed must not make it more urgent than others.
    fn calm_down(&mut self, now: Instant) {
        if !self.fresh {
            self.from = self.from.max(now);
            self.end = self.from + self.period;
        }
    }

    fn postpone(&mut self, by: Duration) {
        self.from += by;
        self.end += by;
    }

    /// The next cell follows the one of this turn. The first turn, at `at`, is the middle of its cell, so that there is room on
    /// both sides when others come and go.
    fn had_turn(&mut self, at: Instant) {
        self.from = if std::mem::take(&mut self.fresh) {
            at + self.period / 2
        } else {
            self.end
        };
        self.end = self.from + self.period;
    }

    /// Changes the interval; of what is left of its cell the same share is left.
    fn set_period(&mut self, period: Duration, now: Instant) {
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
fn scaled(at: Instant, now: Instant, before: Duration, after: Duration) -> Instant {
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
