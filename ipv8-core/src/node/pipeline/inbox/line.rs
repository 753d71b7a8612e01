//! The waiting datagrams of one class: by overlay and by sender, each in turn.

use std::time::Instant;

use super::origin::Origin;
use super::rota::{Queue, Rota};
use super::slots::{Fifo, Slot, Slots, units};
use crate::engine::Ticket;
use crate::state::stats::Class;
use crate::wire::packet::CommunityId;
use crate::wire::scope::is_loopback;

/// The units that may wait from one address of a peer, a tracker or a host that was asked (2,048),
/// because source addresses can be forged. It does not apply to loopback addresses.
const OF_ONE_ADDRESS: usize = 2_048;

/// The datagrams for one overlay.
#[derive(Debug)]
struct Share {
    id: CommunityId,
    senders: Rota<Origin, Fifo>,
    units: usize,
}

impl Queue for Share {
    fn length(&self) -> usize {
        self.units
    }
}

/// The datagrams of one class.
#[derive(Debug, Default)]
pub(super) struct Line {
    overlays: Rota<u64, Share>,
    units: usize,
    count: usize,
}

/// Places of an overlay's share and of one of its queues.
type Place = (u32, u32);

impl Line {
    pub(super) fn units(&self) -> usize {
        self.units
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends a datagram. Returns one that had to make room for it in the queue of its sender.
    pub(super) fn push(
        &mut self,
        ticket: Ticket,
        bytes: &[u8],
        slots: &mut Slots,
        now: Instant,
    ) -> Option<Ticket> {
        let source = ticket.source();
        let (id, serial) = ticket.overlay();
        let overlay = self.overlays.place(serial, || Share {
            id,
            senders: Rota::default(),
            units: 0,
        });
        let share = self.overlays.get_mut(overlay)?;
        let origin = Origin::of(&ticket);
        let sender = share.senders.place(origin, Fifo::default);
        let queue = share.senders.get_mut(sender)?;
        slots.push(queue, ticket, bytes, now);
        let is_full = queue.length() > OF_ONE_ADDRESS;
        let added = units(bytes.len());
        share.units += added;
        share.senders.settle(sender);
        self.overlays.settle(overlay);
        self.units += added;
        self.count += 1;
        let shared = matches!(ticket.class(), Class::Contact | Class::Stranger);
        match is_full && !shared && !is_loopback(&source) {
            true => Some(self.remove((overlay, sender), slots)?.0),
            false => None,
        }
    }

    /// Returns the datagram whose turn it is.
    pub(super) fn first<'a>(&self, slots: &'a Slots) -> Option<&'a Slot> {
        let share = self.overlays.get(self.overlays.first()?)?;
        let queue = share.senders.get(share.senders.first()?)?;
        slots.first(queue)
    }

    /// Gives the turn to the next sender of the overlay, and to the next overlay.
    pub(super) fn rotate(&mut self) {
        if let Some(overlay) = self.overlays.first()
            && let Some(share) = self.overlays.get_mut(overlay)
        {
            share.senders.rotate();
            self.overlays.rotate();
        }
    }

    /// Removes the datagram whose turn it is.
    pub(super) fn pop(&mut self, slots: &mut Slots) -> Option<Ticket> {
        let overlay = self.overlays.first()?;
        let sender = self.overlays.get(overlay)?.senders.first()?;
        // First the turn, then the datagram: a queue that becomes empty leaves the circle.
        self.rotate();
        Some(self.remove((overlay, sender), slots)?.0)
    }

    /// Removes the oldest datagram of the longest queue of the overlay with the most.
    pub(super) fn evict(&mut self, slots: &mut Slots) -> Option<Ticket> {
        let overlay = self.overlays.longest()?;
        let sender = self.overlays.get(overlay)?.senders.longest()?;
        Some(self.remove((overlay, sender), slots)?.0)
    }

    /// Returns the overlay with the most, and the sender with the most for it.
    pub(super) fn largest(&self) -> Option<(CommunityId, Origin)> {
        let share = self.overlays.get(self.overlays.longest()?)?;
        Some((share.id, share.senders.key(share.senders.longest()?)?))
    }

    fn remove(&mut self, (overlay, sender): Place, slots: &mut Slots) -> Option<(Ticket, usize)> {
        let share = self.overlays.get_mut(overlay)?;
        let queue = share.senders.get_mut(sender)?;
        let (ticket, length) = slots.pop(queue)?;
        let removed = units(length);
        share.units -= removed;
        share.senders.settle(sender);
        self.overlays.settle(overlay);
        self.units -= removed;
        self.count -= 1;
        Some((ticket, removed))
    }
}
