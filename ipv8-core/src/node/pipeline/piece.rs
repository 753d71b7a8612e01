//! Pieces of work: small enough that a turn never waits long for one, large enough to be worth
//! handing to another core.

use std::net::SocketAddr;
use std::time::Duration;

use crate::crypto::Points;
use crate::engine::{Opened, Signature, Ticket};
use crate::state::outbox::Outgoing;

/// The cost of opening or sealing, in units of an unsigned datagram: [`Costs::MICROSECONDS`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Costs(usize);

impl Costs {
    /// The length of a unit.
    pub(super) const MICROSECONDS: usize = 5;

    /// A signature costs 20 to 45 us, an unsigned datagram 3 to 5 us with its system calls.
    pub(super) const SIGNED: usize = 9;

    /// Returns the cost of opening. A signature on a deprecated curve costs up to 2 ms and is a
    /// piece of its own.
    pub(super) fn of(ticket: &Ticket) -> usize {
        match ticket.signature() {
            Signature::None => 1,
            Signature::Curve25519 => Self::SIGNED,
            legacy @ Signature::Legacy(_) => {
                let microseconds = usize::try_from(legacy.cost().as_micros()).unwrap_or(PIECE);
                (microseconds / Self::MICROSECONDS).max(PIECE)
            }
        }
    }

    pub(super) fn of_outgoing(outgoing: &Outgoing) -> usize {
        if outgoing.packet.is_signed() {
            Self::SIGNED
        } else {
            1
        }
    }

    /// Returns the cost of the work that fits into a time.
    pub(super) fn in_time(time: Duration) -> usize {
        usize::try_from(time.as_micros()).map_or(usize::MAX, |time| time / Self::MICROSECONDS)
    }

    pub(super) fn add(&mut self, ticket: &Ticket) {
        self.0 += Self::of(ticket);
    }

    pub(super) fn sum(self) -> usize {
        self.0
    }
}

/// The highest cost of one piece: 8 signatures, or 72 unsigned datagrams; about 300 us.
pub(super) const PIECE: usize = 8 * Costs::SIGNED;

/// The most bytes of a piece that has more than one datagram (64 KiB): the bound of the inbox does
/// not apply to pieces in the pool.
pub(super) const PIECE_BYTES: usize = 64 * 1_024;

/// Admitted datagrams that any core can open.
#[derive(Debug, Default)]
pub(super) struct Unopened {
    tickets: Vec<(Ticket, usize)>,
    bytes: Vec<u8>,
    costs: Costs,
}

impl Unopened {
    pub(super) fn push(&mut self, ticket: Ticket, datagram: &[u8]) {
        self.costs.add(&ticket);
        self.tickets.push((ticket, datagram.len()));
        self.bytes.extend_from_slice(datagram);
    }

    pub(super) fn cost(&self) -> usize {
        self.costs.sum()
    }

    /// Returns the number of bytes.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the number of datagrams.
    pub(super) fn count(&self) -> usize {
        self.tickets.len()
    }

    pub(super) fn clear(&mut self) {
        self.tickets.clear();
        self.bytes.clear();
        self.costs = Costs::default();
    }

    /// Returns the datagrams in order.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (&Ticket, &[u8])> {
        let mut left = self.bytes.as_slice();
        self.tickets.iter().map(move |(ticket, length)| {
            let (datagram, rest) = left.split_at_checked(*length).unwrap_or((left, &[]));
            left = rest;
            (ticket, datagram)
        })
    }

    /// Reads and verifies all of them, and calls `after` with the cost of each.
    pub(super) fn open(&self, points: &mut Points, mut after: impl FnMut(usize)) -> Vec<Opened> {
        let opened = self.datagrams().map(|(ticket, datagram)| {
            let opened = ticket.open_with(datagram, points);
            after(Costs::of(ticket));
            opened
        });
        opened.collect()
    }
}

/// A finished datagram and its destination.
pub(super) type Sealed = (SocketAddr, Vec<u8>);

/// Finishes and signs all of them, and calls `after` with the cost of each.
pub(super) fn seal(piece: Vec<Outgoing>, mut after: impl FnMut(usize)) -> Vec<Sealed> {
    let sealed = piece.into_iter().map(|outgoing| {
        let cost = Costs::of_outgoing(&outgoing);
        let sealed = (outgoing.to, outgoing.packet.seal());
        after(cost);
        sealed
    });
    sealed.collect()
}
