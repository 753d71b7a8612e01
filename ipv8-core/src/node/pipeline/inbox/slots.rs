//! The datagrams themselves, and first-in-first-out queues of them.

use std::time::Instant;

use super::rota::Queue;
use crate::engine::Ticket;

/// The bytes that one unit of length stands for. A datagram counts as one unit for each that it
/// begins, so a bound on units also bounds datagrams and bytes.
pub(super) const UNIT: usize = 512;

/// Slots that are kept when all are free.
const KEPT: usize = 256;

const NONE: u32 = u32::MAX;

/// Returns the units of a datagram of `length` bytes.
pub(super) fn units(length: usize) -> usize {
    length.div_ceil(UNIT).max(1)
}

/// A waiting datagram.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) ticket: Ticket,
    pub(super) arrived: Instant,
    pub(super) bytes: Vec<u8>,
    next: u32,
}

/// All waiting datagrams. Slots and short buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    bytes: usize,
}

/// A queue of [`Slots`], oldest first.
#[derive(Debug)]
pub(super) struct Fifo {
    first: u32,
    last: u32,
    units: usize,
}

impl Default for Fifo {
    fn default() -> Self {
        Self {
            first: NONE,
            last: NONE,
            units: 0,
        }
    }
}

impl Queue for Fifo {
    fn length(&self) -> usize {
        self.units
    }
}

impl Slots {
    /// Appends a datagram to `queue`.
    pub(super) fn push(&mut self, queue: &mut Fifo, ticket: Ticket, bytes: &[u8], now: Instant) {
        let place = self.put(ticket, bytes, now);
        match self.slots.get_mut(queue.last as usize) {
            Some(last) => last.next = place,
            None => queue.first = place,
        }
        queue.last = place;
        queue.units += units(bytes.len());
        self.bytes += bytes.len();
    }

    fn put(&mut self, ticket: Ticket, bytes: &[u8], arrived: Instant) -> u32 {
        if let Some(place) = self.free.pop() {
            if let Some(slot) = self.slots.get_mut(place as usize) {
                (slot.ticket, slot.arrived, slot.next) = (ticket, arrived, NONE);
                slot.bytes.extend_from_slice(bytes);
            }
            return place;
        }
        self.slots.push(Slot {
            ticket,
            arrived,
            bytes: bytes.to_vec(),
            next: NONE,
        });
        // The bound of the inbox is far lower.
        u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
    }

    /// Returns the oldest datagram of `queue`.
    pub(super) fn first(&self, queue: &Fifo) -> Option<&Slot> {
        self.slots.get(queue.first as usize)
    }

    /// Removes the oldest datagram of `queue`. Returns its ticket and its length in bytes.
    pub(super) fn pop(&mut self, queue: &mut Fifo) -> Option<(Ticket, usize)> {
        let place = queue.first;
        let slot = self.slots.get_mut(place as usize)?;
        let length = slot.bytes.len();
        let ticket = slot.ticket;
        slot.bytes.clear();
        // So the free slots never hold more than the bound of the inbox.
        if slot.bytes.capacity() > UNIT {
            slot.bytes = Vec::new();
        }
        queue.first = slot.next;
        if queue.first == NONE {
            queue.last = NONE;
        }
        queue.units -= units(length);
        self.bytes -= length;
        self.free.push(place);
        Some((ticket, length))
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn count(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Releases the memory of a burst, if no datagram waits. Returns `true` if there was one.
    pub(super) fn shrink(&mut self) -> bool {
        let is_large = self.count() == 0 && self.slots.len() > KEPT;
        if is_large {
            *self = Self::default();
        }
        is_large
    }
}
