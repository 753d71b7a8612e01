//! Received datagrams that wait to be opened. Bounded, because any host can fill it, and fair: who
//! sends too much only delays and displaces itself.
//!
//! Each [`Class`] has a `line`, and the lines are served by weight. Within a line each overlay, and
//! within an overlay each sender (`origin`), has one datagram in each round (`rota`). Signatures of
//! strangers wait until the `budget` allows them.

mod budget;
mod line;
mod losses;
mod origin;
mod rota;
mod slots;
mod stats;

use std::time::{Duration, Instant};

use budget::{Budget, Verdict};
use line::Line;
use losses::Losses;
use slots::{Slots, units};

use crate::engine::{Signature, Ticket};
use crate::node::pipeline::piece::{Costs, PIECE_BYTES, Unopened};
use crate::state::stats::{Class, DropReason, EngineStats};

pub(in crate::node) use losses::Crowd;
pub use stats::{ClassStats, InboxStats};

/// The most waiting datagrams (16,384): more than a second of signatures on one core, so that a
/// burst of 10,000 is answered completely. A peer that asked longer ago has given up by then. A
/// datagram counts once for each 512 bytes that it begins, so they have at most 8 MiB. An
/// introduction request has 192 bytes.
pub(super) const MOST_UNITS: usize = 16_384;

/// How old a stranger's datagram may be that had to wait for the budget.
const PATIENCE: Duration = Duration::from_secs(2);

/// Senders that are skipped in a row because their group has used its budget.
const SKIPS: usize = 32;

/// The shortest pause for the budget: several signatures are checked when it is over.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

/// The work of a class for each unit of work of the others, while all have something to do.
const fn weight(class: Class) -> u64 {
    match class {
        Class::Answer | Class::Peer => 8,
        Class::Tracker | Class::Contact => 2,
        Class::Stranger => 1,
    }
}

/// The part of a full inbox that no other class takes from this one, in eighths.
const fn eighths(class: Class) -> usize {
    match class {
        Class::Answer | Class::Peer | Class::Stranger => 2,
        Class::Tracker | Class::Contact => 1,
    }
}

/// The datagrams of one class, and when it is served.
#[derive(Debug, Default)]
struct Lane {
    line: Line,
    cost: usize,
    /// Its work so far by its weight: the lane with the least is next.
    served: u64,
    /// The budget is spent until then.
    paused: Option<Instant>,
    /// It has waited for the budget since it was last empty.
    throttled: bool,
    counts: ClassStats,
}

impl Lane {
    fn is_ready(&self, now: Instant) -> bool {
        !self.line.is_empty() && self.paused.is_none_or(|until| until <= now)
    }
}

/// Admitted datagrams.
#[derive(Debug)]
pub(super) struct Inbox {
    lanes: [Lane; Class::ALL.len()],
    slots: Slots,
    budget: Budget,
    losses: Losses,
    most_units: usize,
    most_waiting: usize,
    dropped: u64,
    /// `served` of the lane that was served last.
    served: u64,
}

impl Default for Inbox {
    fn default() -> Self {
        Self::bounded(MOST_UNITS)
    }
}

impl Inbox {
    fn bounded(most_units: usize) -> Self {
        Self {
            lanes: Default::default(),
            slots: Slots::default(),
            budget: Budget::default(),
            losses: Losses::default(),
            most_units,
            most_waiting: 0,
            dropped: 0,
            served: 0,
        }
    }

    /// Appends a datagram. Drops others if there is no room, or this one if it has a signature on a
    /// deprecated curve or from a tracker, and too many had one.
    pub(super) fn push(&mut self, ticket: Ticket, datagram: &[u8], now: Instant) {
        let class = ticket.class();
        if !self.budget.spend_at_once(&ticket, now) {
            let reason = match ticket.signature() {
                Signature::Legacy(_) => DropReason::LegacyBudget,
                Signature::None | Signature::Curve25519 => DropReason::SignatureBudget,
            };
            self.lose(&ticket, reason);
            return;
        }
        self.make_room(class, units(datagram.len()));
        let served = self.served;
        let lane = &mut self.lanes[class as usize];
        if lane.line.is_empty() {
            // Time in which it had nothing to do is not saved up.
            lane.served = lane.served.max(served);
        }
        lane.cost += Costs::of(&ticket);
        let displaced = lane.line.push(ticket, datagram, &mut self.slots, now);
        if let Some(displaced) = displaced {
            lane.cost -= Costs::of(&displaced);
            self.lose(&displaced, DropReason::QueueFull);
        }
        self.most_waiting = self.most_waiting.max(self.slots.count());
    }

    /// Drops datagrams until another one of `class` fits.
    fn make_room(&mut self, class: Class, units: usize) {
        let mut waiting: usize = self.lanes.iter().map(|lane| lane.line.units()).sum();
        while waiting > 0 && waiting + units > self.most_units {
            let victim = self.most_over_its_share(class, units);
            let lane = &mut self.lanes[victim as usize];
            let before = lane.line.units();
            let Some(ticket) = lane.line.evict(&mut self.slots) else {
                return;
            };
            waiting -= before - lane.line.units();
            lane.cost -= Costs::of(&ticket);
            let is_signed = ticket.signature() != Signature::None;
            let reason = match lane.throttled && is_signed {
                true => DropReason::SignatureBudget,
                false => DropReason::QueueFull,
            };
            self.lose(&ticket, reason);
        }
    }

    /// Returns the class that exceeds its share the most when `units` of `class` are added.
    fn most_over_its_share(&self, class: Class, units: usize) -> Class {
        let over = |of: Class| {
            let line = &self.lanes[of as usize].line;
            let added = if of == class { units } else { 0 };
            // Shifted, because most classes are below their share.
            line.units() + added + self.most_units - self.most_units * eighths(of) / 8
        };
        let has_any = |of: &Class| !self.lanes[*of as usize].line.is_empty();
        let waiting = Class::ALL.into_iter().filter(has_any);
        waiting.max_by_key(|of| over(*of)).unwrap_or(class)
    }

    fn lose(&mut self, ticket: &Ticket, reason: DropReason) {
        self.dropped += 1;
        self.lanes[ticket.class() as usize].counts.dropped += 1;
        self.losses.note(ticket, reason);
    }

    /// Moves the next datagrams to the end of `piece`, up to a cost of `budget` and
    /// [`PIECE_BYTES`], but at least one. Returns `true` if there was any.
    pub(super) fn take(&mut self, piece: &mut Unopened, budget: usize, now: Instant) -> bool {
        let mut any = false;
        while let Some(class) = self.next_class(now) {
            let lane = &mut self.lanes[class as usize];
            let Some(slot) = lane.line.first(&self.slots) else {
                break;
            };
            let cost = Costs::of(&slot.ticket);
            let is_full =
                piece.cost() + cost > budget || piece.length() + slot.bytes.len() > PIECE_BYTES;
            if any && is_full {
                break;
            }
            if !self.may_be_checked(class, now) {
                continue;
            }
            let lane = &mut self.lanes[class as usize];
            if let Some(slot) = lane.line.first(&self.slots) {
                piece.push(slot.ticket, &slot.bytes);
            }
            lane.line.pop(&mut self.slots);
            lane.cost -= cost;
            self.served = lane.served;
            // 16 is divisible by all weights.
            lane.served += cost as u64 * 16 / weight(class);
            lane.counts.opened += 1;
            lane.counts.work += (cost * Costs::MICROSECONDS) as u64;
            lane.throttled &= !lane.line.is_empty();
            any = true;
        }
        if any && self.slots.shrink() {
            for lane in &mut self.lanes {
                lane.line = Line::default();
            }
        }
        any
    }

    /// Returns the class that is served next.
    fn next_class(&self, now: Instant) -> Option<Class> {
        let ready = |class: &Class| self.lanes[*class as usize].is_ready(now);
        let classes = Class::ALL.into_iter().filter(ready);
        classes.min_by_key(|class| self.lanes[*class as usize].served)
    }

    /// Spends the budget for the next datagram of `class`. If there is not enough, pauses the class
    /// or gives the turn to another sender, or drops the datagram if it has waited for too long.
    fn may_be_checked(&mut self, class: Class, now: Instant) -> bool {
        if !matches!(class, Class::Contact | Class::Stranger) {
            return true;
        }
        let lane = &mut self.lanes[class as usize];
        for _ in 0..SKIPS {
            let Some(slot) = lane.line.first(&self.slots) else {
                return false;
            };
            let ticket = slot.ticket;
            if lane.throttled
                && ticket.signature() != Signature::None
                && now.saturating_duration_since(slot.arrived) > PATIENCE
            {
                lane.line.pop(&mut self.slots);
                lane.cost -= Costs::of(&ticket);
                lane.throttled = !lane.line.is_empty();
                self.lose(&ticket, DropReason::SignatureBudget);
                return false;
            }
            match self.budget.spend(ticket.signature(), &ticket.source(), now) {
                Verdict::Check => return true,
                Verdict::AllWait(ready) => {
                    lane.throttled = true;
                    lane.paused = Some(ready.max(now + LEAST_PAUSE));
                    return false;
                }
                Verdict::GroupWaits(_) => {
                    lane.throttled = true;
                    lane.line.rotate();
                }
            }
        }
        lane.paused = Some(now + LEAST_PAUSE);
        false
    }

    /// Returns `true` if [`Inbox::take`] would take something, except for datagrams that have
    /// waited for too long.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        self.lanes.iter().any(|lane| lane.is_ready(now))
    }

    /// Returns when the next class is no longer paused, if one that is paused has datagrams.
    pub(super) fn resumes(&self) -> Option<Instant> {
        let waiting = self.lanes.iter().filter(|lane| !lane.line.is_empty());
        waiting.filter_map(|lane| lane.paused).min()
    }

    /// Returns the cost of opening all that is not paused.
    pub(super) fn cost(&self, now: Instant) -> usize {
        let ready = self.lanes.iter().filter(|lane| lane.is_ready(now));
        ready.map(|lane| lane.cost).sum()
    }

    /// Adds datagrams dropped since the last call to `stats`.
    pub(super) fn count_losses(&mut self, stats: &mut EngineStats) {
        self.losses.count(stats);
    }

    /// Returns who lost most of the datagrams dropped since the last
    /// [`forget_crowd`](Self::forget_crowd); if none were, who sent most of those that wait.
    pub(super) fn crowd(&self) -> Option<Crowd> {
        self.losses.crowd().or_else(|| {
            let units = |class: &Class| self.lanes[*class as usize].line.units();
            let class = Class::ALL.into_iter().max_by_key(units)?;
            let (overlay, sender) = self.lanes[class as usize].line.largest()?;
            Some(Crowd {
                class,
                overlay,
                sender,
            })
        })
    }

    /// Returns who lost most of the datagrams dropped since the last
    /// [`forget_crowd`](Self::forget_crowd), if any were.
    pub(super) fn losers(&self) -> Option<Crowd> {
        self.losses.crowd()
    }

    pub(super) fn forget_crowd(&mut self) {
        self.losses.forget_crowd();
    }

    pub(super) fn stats(&self) -> InboxStats {
        InboxStats {
            waiting: self.slots.count(),
            waiting_bytes: self.slots.bytes(),
            most_waiting: self.most_waiting,
            dropped: self.dropped,
            classes: std::array::from_fn(|index| {
                let lane = self.lanes.get(index);
                lane.map_or_else(ClassStats::default, |lane| ClassStats {
                    waiting: lane.line.count(),
                    ..lane.counts
                })
            }),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
