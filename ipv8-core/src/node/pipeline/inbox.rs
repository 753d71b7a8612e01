//! Received datagrams that wait to be opened, oldest first. Bounded, because any host can fill it.

use std::collections::VecDeque;

use crate::engine::Ticket;
use crate::node::pipeline::piece::{Costs, PIECE_BYTES, Unopened};

/// The most waiting datagrams (16,384): more than a second of signatures on one core, so that a
/// burst of 10,000 is answered completely. A peer that asked longer ago has given up by then.
pub(super) const MOST_DATAGRAMS: usize = 16_384;

/// The most waiting bytes (8 MiB): [`MOST_DATAGRAMS`] of 512 bytes. An introduction request has
/// 192.
pub(super) const MOST_BYTES: usize = 8 * 1_024 * 1_024;

/// The capacity that an empty inbox keeps, in datagrams and bytes: enough for everyday traffic.
const KEPT_DATAGRAMS: usize = 256;
const KEPT_BYTES: usize = 64 * 1_024;

/// Counts of received datagrams that wait to be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct InboxStats {
    /// Datagrams that wait to be opened.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// The most datagrams that ever waited.
    pub most_waiting: usize,
    /// Datagrams that were dropped to make room for newer ones (also counted as
    /// [`DropReason::QueueFull`](crate::state::DropReason::QueueFull)).
    pub dropped: u64,
}

/// Admitted datagrams in the order of their arrival. Their bytes are stored in one ring buffer.
#[derive(Debug)]
pub(super) struct Inbox {
    tickets: VecDeque<(Ticket, usize)>,
    bytes: VecDeque<u8>,
    most_datagrams: usize,
    most_bytes: usize,
    costs: Costs,
    most_waiting: usize,
    dropped: u64,
}

impl Default for Inbox {
    fn default() -> Self {
        Self::bounded(MOST_DATAGRAMS, MOST_BYTES)
    }
}

impl Inbox {
    fn bounded(most_datagrams: usize, most_bytes: usize) -> Self {
        Self {
            tickets: VecDeque::new(),
            bytes: VecDeque::new(),
            most_datagrams,
            most_bytes,
            costs: Costs::default(),
            most_waiting: 0,
            dropped: 0,
        }
    }

    /// Appends a datagram, and drops the oldest ones if there is no room. Returns the number of
    /// dropped ones.
    pub(super) fn push(&mut self, ticket: Ticket, datagram: &[u8]) -> u64 {
        let before = self.dropped;
        while self.tickets.len() >= self.most_datagrams
            || self.bytes.len() + datagram.len() > self.most_bytes
        {
            if self.skip().is_none() {
                break;
            }
            self.dropped += 1;
        }
        self.costs.add(&ticket);
        self.tickets.push_back((ticket, datagram.len()));
        self.bytes.extend(datagram);
        self.most_waiting = self.most_waiting.max(self.tickets.len());
        self.dropped - before
    }

    /// Removes the oldest datagram.
    fn skip(&mut self) -> Option<Ticket> {
        let (ticket, length) = self.tickets.pop_front()?;
        self.costs.subtract(&ticket);
        self.bytes.drain(..length.min(self.bytes.len()));
        Some(ticket)
    }

    /// Moves the oldest datagrams to the end of `piece`, up to a cost of `budget` and
    /// [`PIECE_BYTES`], but at least one. Returns `true` if there was any.
    pub(super) fn take(&mut self, piece: &mut Unopened, budget: usize) -> bool {
        let mut any = false;
        while let Some((ticket, length)) = self.tickets.front() {
            let is_full =
                piece.cost() + Costs::of(ticket) > budget || piece.length() + length > PIECE_BYTES;
            if any && is_full {
                break;
            }
            any = true;
            let (front, back) = self.bytes.as_slices();
            let first = front.get(..*length).unwrap_or(front);
            let second = back.get(..length - first.len()).unwrap_or(back);
            piece.push(*ticket, first, second);
            self.skip();
        }
        if self.tickets.is_empty() {
            self.shrink();
        }
        any
    }

    /// Releases the memory of a burst.
    fn shrink(&mut self) {
        if self.tickets.capacity() > KEPT_DATAGRAMS {
            self.tickets = VecDeque::with_capacity(KEPT_DATAGRAMS);
        }
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = VecDeque::with_capacity(KEPT_BYTES);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// Returns the cost of opening all of them.
    pub(super) fn cost(&self) -> usize {
        self.costs.sum()
    }

    pub(super) fn stats(&self) -> InboxStats {
        InboxStats {
            waiting: self.tickets.len(),
            waiting_bytes: self.bytes.len(),
            most_waiting: self.most_waiting,
            dropped: self.dropped,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::node::pipeline::piece::PIECE;
    use crate::node::pipeline::tests::{engine, signed_datagram, signed_ticket, unsigned_ticket};

    const HERE: &str = "10.9.9.9:1000";

    fn taken(inbox: &mut Inbox, budget: usize) -> Vec<Vec<u8>> {
        let mut piece = Unopened::default();
        inbox.take(&mut piece, budget);
        piece.datagrams().map(|(_, bytes)| bytes.to_vec()).collect()
    }

    #[test]
    fn datagrams_come_out_in_order_and_complete_wherever_the_ring_wraps() {
        let mut inbox = Inbox::bounded(64, 4_096);
        let ticket = unsigned_ticket();
        let datagram = |number: u8| vec![number; usize::from(number) * 7 % 50];
        let mut next = 0;
        for number in 0..=255 {
            assert_eq!(inbox.push(ticket, &datagram(number)), 0);
            if number % 3 == 2 {
                for bytes in taken(&mut inbox, 2) {
                    assert_eq!(bytes, datagram(next));
                    next += 1;
                }
            }
            if number % 30 == 29 {
                let left = taken(&mut inbox, usize::MAX);
                assert!(inbox.is_empty() && inbox.cost() == 0);
                for bytes in left {
                    assert_eq!(bytes, datagram(next));
                    next += 1;
                }
            }
        }
        assert_eq!(inbox.stats().dropped, 0);
    }

    #[test]
    fn a_piece_stays_within_its_budget_but_has_at_least_one_datagram() {
        let mut inbox = Inbox::default();
        let [signed, unsigned] = [signed_ticket(), unsigned_ticket()];
        for number in 0..4 {
            inbox.push(signed, &[number]);
        }
        inbox.push(unsigned, &[4]);
        assert_eq!(inbox.cost(), 4 * Costs::SIGNED + 1);
        assert_eq!(taken(&mut inbox, 1), [[0]]);
        assert_eq!(taken(&mut inbox, 2 * Costs::SIGNED), [[1], [2]]);
        assert_eq!(taken(&mut inbox, 2 * Costs::SIGNED), [[3], [4]]);
        assert_eq!(taken(&mut inbox, 100), [[0; 0]; 0]);
    }

    #[test]
    fn a_signature_of_an_old_curve_is_a_piece_of_its_own() {
        let mut old = signed_datagram(1);
        old[24] = 170;
        let old = engine().admit(HERE.parse().unwrap(), &old).unwrap();
        assert_eq!(Costs::of(&old), PIECE);
        let mut inbox = Inbox::default();
        for number in 0..3 {
            inbox.push(old, &[number]);
            inbox.push(signed_ticket(), &[number]);
        }
        assert_eq!(taken(&mut inbox, PIECE), [[0]]);
        assert_eq!(taken(&mut inbox, PIECE), [[0]]);
        assert_eq!(taken(&mut inbox, PIECE), [[1]]);
    }

    #[test]
    fn a_piece_of_long_datagrams_is_bounded_in_bytes() {
        let mut inbox = Inbox::default();
        let long = vec![1; PIECE_BYTES / 2];
        for _ in 0..3 {
            inbox.push(unsigned_ticket(), &long);
        }
        assert_eq!(taken(&mut inbox, PIECE).len(), 2);
        assert_eq!(taken(&mut inbox, PIECE).len(), 1);
    }

    #[test]
    fn the_oldest_datagrams_make_room_and_are_counted() {
        let mut inbox = Inbox::bounded(3, 10);
        let ticket = unsigned_ticket();
        let dropped = [1, 2, 3, 4].map(|number| inbox.push(ticket, &[number]));
        assert_eq!(dropped, [0, 0, 0, 1]);
        // Eight more bytes do not fit next to three datagrams, but next to two.
        assert_eq!(inbox.push(ticket, &[5; 8]), 1);
        assert_eq!(inbox.stats().waiting_bytes, 10);
        // A datagram longer than the bound is accepted alone: any datagram must fit.
        assert_eq!(inbox.push(ticket, &[6; 11]), 3);
        let stats = inbox.stats();
        assert_eq!(
            (stats.waiting, stats.most_waiting, stats.dropped),
            (1, 3, 5)
        );
        assert_eq!(taken(&mut inbox, 9), [[6; 11]]);
    }

    #[test]
    fn the_memory_of_a_burst_is_released() {
        let mut inbox = Inbox::default();
        let ticket = signed_ticket();
        for _ in 0..20_000 {
            inbox.push(ticket, &[7; 192]);
        }
        assert_eq!(inbox.stats().waiting, MOST_DATAGRAMS);
        assert!(inbox.bytes.capacity() > 3_000_000);
        while !inbox.is_empty() {
            let _ = taken(&mut inbox, usize::MAX);
        }
        assert!(inbox.bytes.capacity() <= 2 * KEPT_BYTES);
        assert!(inbox.tickets.capacity() <= 2 * KEPT_DATAGRAMS);
    }
}
