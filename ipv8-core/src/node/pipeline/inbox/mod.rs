//! Received datagrams that wait to be opened. Bounded, because any host can fill it, and fair: who
//! sends too much only delays and displaces itself.
//!
//! Each [`Class`] has a `lane`, and the lanes are served by weight. Within a lane (its `line`) each
//! overlay, and within an overlay each sender (`origin`), has one datagram in each round (`rota`).
//! Signatures of strangers and of trackers wait until the `budget` allows them. So do signatures on
//! deprecated curves, which have lanes of their own, because nothing else may wait for them. Known
//! addresses from which wrong signatures come are `suspects`: they count as strangers.

mod budget;
mod lane;
mod line;
mod losses;
mod origin;
mod rota;
mod slots;
mod stats;
mod suspects;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use budget::{Budget, Verdict};
use lane::{Lane, LaneId};
use line::Line;
use losses::Losses;
use slots::{Slots, units};
use suspects::Suspects;

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

/// How old a datagram may be that had to wait for the budget.
const PATIENCE: Duration = Duration::from_secs(2);

/// Datagrams that are skipped in a row because their senders have used their budgets, or dropped
/// because they have waited for too long. A flood makes thousands of them old at the same time, and
/// dropping those at once would take several milliseconds.
const SKIPS: usize = 32;

/// The shortest pause for the budget: several signatures are checked when it is over.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

/// Admitted datagrams.
#[derive(Debug)]
pub(super) struct Inbox {
    lanes: [Lane; LaneId::ALL.len()],
    counts: [ClassStats; Class::ALL.len()],
    slots: Slots,
    budget: Budget,
    suspects: Suspects,
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
            counts: Default::default(),
            slots: Slots::default(),
            budget: Budget::default(),
            suspects: Suspects::default(),
            losses: Losses::default(),
            most_units,
            most_waiting: 0,
            dropped: 0,
            served: 0,
        }
    }

    /// Appends a datagram. Drops others if there is no room.
    pub(super) fn push(&mut self, ticket: Ticket, datagram: &[u8], now: Instant) {
        let ticket = match self.suspects.has(&ticket, now) {
            true => ticket.of_stranger(),
            false => ticket,
        };
        self.put(ticket, datagram, now);
    }

    /// Notes that someone else signed a datagram of this class.
    pub(super) fn note_wrong(&mut self, class: Class, source: SocketAddr, now: Instant) {
        self.suspects.note(class, source, now);
    }

    fn put(&mut self, ticket: Ticket, datagram: &[u8], arrived: Instant) {
        let id = LaneId::of(&ticket);
        self.make_room(id, units(datagram.len()));
        let served = self.served;
        let lane = &mut self.lanes[id as usize];
        if lane.line.is_empty() {
            // Time in which it had nothing to do is not saved up.
            lane.served = lane.served.max(served);
        }
        lane.cost += Costs::of(&ticket);
        self.counts[ticket.class() as usize].waiting += 1;
        let displaced = lane.line.push(ticket, datagram, &mut self.slots, arrived);
        if let Some(displaced) = displaced {
            lane.cost -= Costs::of(&displaced);
            self.lose(&displaced, DropReason::QueueFull);
        }
        self.most_waiting = self.most_waiting.max(self.slots.count());
    }

    /// Drops datagrams until another one fits into a lane.
    fn make_room(&mut self, id: LaneId, units: usize) {
        let mut waiting: usize = self.lanes.iter().map(|lane| lane.line.units()).sum();
        while waiting > 0 && waiting + units > self.most_units {
            let victim = self.most_over_its_share(id, units);
            let lane = &mut self.lanes[victim as usize];
            let before = lane.line.units();
            let Some(ticket) = lane.line.evict(&mut self.slots) else {
                return;
            };
            waiting -= before - lane.line.units();
            lane.cost -= Costs::of(&ticket);
            let reason = match lane.throttled {
                true => budget_reason(&ticket),
                false => DropReason::QueueFull,
            };
            self.lose(&ticket, reason);
        }
    }

    /// Returns the lane that exceeds its share the most when `units` are added to lane `id`.
    fn most_over_its_share(&self, id: LaneId, units: usize) -> LaneId {
        let over = |of: LaneId| {
            let line = &self.lanes[of as usize].line;
            let added = if of == id { units } else { 0 };
            // Shifted, because most lanes are below their share.
            line.units() + added + self.most_units - self.most_units * of.sixteenths() / 16
        };
        let has_any = |of: &LaneId| !self.lanes[*of as usize].line.is_empty();
        let waiting = LaneId::ALL.into_iter().filter(has_any);
        waiting.max_by_key(|of| over(*of)).unwrap_or(id)
    }

    /// Counts a datagram that was removed and will not be opened.
    fn lose(&mut self, ticket: &Ticket, reason: DropReason) {
        self.dropped += 1;
        let counts = &mut self.counts[ticket.class() as usize];
        counts.waiting -= 1;
        counts.dropped += 1;
        self.losses.note(ticket, reason);
    }

    /// Moves the next datagrams to the end of `piece`, up to a cost of `budget` and
    /// [`PIECE_BYTES`], but at least one. Returns `true` if there was any.
    pub(super) fn take(&mut self, piece: &mut Unopened, budget: usize, now: Instant) -> bool {
        let mut any = false;
        while let Some(id) = self.next_lane(now) {
            let lane = &mut self.lanes[id as usize];
            let Some(slot) = lane.line.first(&self.slots) else {
                break;
            };
            if self.suspects.has(&slot.ticket, now) {
                self.demote(id);
                continue;
            }
            let cost = Costs::of(&slot.ticket);
            let is_full =
                piece.cost() + cost > budget || piece.length() + slot.bytes.len() > PIECE_BYTES;
            if any && is_full {
                break;
            }
            if !self.may_be_checked(id, now) {
                continue;
            }
            let lane = &mut self.lanes[id as usize];
            let Some(slot) = lane.line.first(&self.slots) else {
                break;
            };
            let (class, cost) = (slot.ticket.class(), Costs::of(&slot.ticket));
            piece.push(slot.ticket, &slot.bytes);
            lane.line.pop(&mut self.slots);
            lane.cost -= cost;
            self.served = lane.served;
            // 16 is divisible by all weights.
            lane.served += cost as u64 * 16 / id.weight();
            lane.throttled &= !lane.line.is_empty();
            let counts = &mut self.counts[class as usize];
            counts.waiting -= 1;
            counts.opened += 1;
            counts.work += (cost * Costs::MICROSECONDS) as u64;
            any = true;
        }
        if any && self.slots.shrink() {
            for lane in &mut self.lanes {
                lane.line = Line::default();
            }
        }
        any
    }

    /// Moves the next datagram of a lane to the strangers.
    fn demote(&mut self, id: LaneId) {
        let lane = &mut self.lanes[id as usize];
        let Some(slot) = lane.line.first(&self.slots) else {
            return;
        };
        let (bytes, arrived) = (slot.bytes.clone(), slot.arrived);
        let Some(ticket) = lane.line.pop(&mut self.slots) else {
            return;
        };
        lane.cost -= Costs::of(&ticket);
        lane.throttled &= !lane.line.is_empty();
        self.counts[ticket.class() as usize].waiting -= 1;
        self.put(ticket.of_stranger(), &bytes, arrived);
    }

    /// Returns the lane that is served next.
    fn next_lane(&self, now: Instant) -> Option<LaneId> {
        let ready = |id: &LaneId| self.lanes[*id as usize].is_ready(now);
        let lanes = LaneId::ALL.into_iter().filter(ready);
        lanes.min_by_key(|id| self.lanes[*id as usize].served)
    }

    /// Spends the budget for the next datagram of a lane. If there is not enough, pauses the lane
    /// or gives the turn to another sender. Drops datagrams that have waited for too long.
    fn may_be_checked(&mut self, id: LaneId, now: Instant) -> bool {
        if !Budget::limits(id) {
            return true;
        }
        for _ in 0..SKIPS {
            let lane = &mut self.lanes[id as usize];
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
                self.lose(&ticket, budget_reason(&ticket));
                continue;
            }
            match self.budget.spend(id, &ticket, now) {
                Verdict::Check => return true,
                Verdict::AllWait(ready) => {
                    lane.throttled = true;
                    lane.paused = Some(ready.max(now + LEAST_PAUSE));
                    return false;
                }
                Verdict::SenderWaits(_) => {
                    lane.throttled = true;
                    lane.line.rotate();
                }
            }
        }
        self.lanes[id as usize].paused = Some(now + LEAST_PAUSE);
        false
    }

    /// Returns `true` if [`Inbox::take`] would take something, except for datagrams that have
    /// waited for too long.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        self.lanes.iter().any(|lane| lane.is_ready(now))
    }

    /// Returns when the next lane is no longer paused, if one that is paused has datagrams.
    pub(super) fn resumes(&self) -> Option<Instant> {
        let waiting = self.lanes.iter().filter(|lane| !lane.line.is_empty());
        waiting.filter_map(|lane| lane.paused).min()
    }

    /// Returns the cost of opening all that is not paused. Of a lane that waits for the budget,
    /// only what the budget allows now counts: a few signatures are not worth waking other cores.
    pub(super) fn cost(&self, now: Instant) -> usize {
        let costs = LaneId::ALL.into_iter().map(|id| {
            let lane = &self.lanes[id as usize];
            match lane.is_ready(now) {
                false => 0,
                true if lane.throttled => lane.cost.min(Costs::in_time(self.budget.left(id, now))),
                true => lane.cost,
            }
        });
        costs.sum()
    }

    /// Adds datagrams dropped since the last call to `stats`.
    pub(super) fn count_losses(&mut self, stats: &mut EngineStats) {
        self.losses.count(stats);
    }

    /// Returns who lost most of the datagrams dropped since the last
    /// [`forget_crowd`](Self::forget_crowd); if none were, who sent most of those that wait.
    pub(super) fn crowd(&self) -> Option<Crowd> {
        self.losses.crowd().or_else(|| {
            let units = |id: &LaneId| self.lanes[*id as usize].line.units();
            let id = LaneId::ALL.into_iter().max_by_key(units)?;
            let (overlay, sender) = self.lanes[id as usize].line.largest()?;
            Some(Crowd {
                class: id.class(),
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
            classes: self.counts,
        }
    }
}

/// Returns the reason for dropping a datagram of a lane that waits for its budget.
fn budget_reason(ticket: &Ticket) -> DropReason {
    match ticket.signature() {
        Signature::None => DropReason::QueueFull,
        Signature::Curve25519 => DropReason::SignatureBudget,
        Signature::Legacy(_) => DropReason::LegacyBudget,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
