//! The queue of outgoing datagrams: handlers and steps fill it, the runtime empties it.
//!
//! Nothing below the runtime touches a socket: every part that sends puts an [`Outgoing`] here.
//! Datagrams leave in the order in which they were added. They are unsealed: the runtime signs them
//! on their way out.

use std::collections::VecDeque;
use std::net::SocketAddr;

use crate::state::stats::DropReason;
use crate::wire::packet::Unsealed;
use crate::wire::scope::Scope;

/// The maximum number of datagrams in an [`Outbox`]; more are refused and counted as
/// [`DropReason::QueueFull`].
///
/// The runtime empties the queue after every call, and after every small batch of received
/// datagrams. So only one call, or handlers that send hundreds of datagrams each, can reach this
/// number; more would overrun any socket.
pub const OUTBOX_LIMIT: usize = 16_384;

/// The longest datagram of UDP over IPv4, in bytes: 65,535 minus the headers of IP (20) and UDP
/// (8). A node neither sends nor accepts a longer one.
pub const LARGEST_DATAGRAM: usize = 65_507;

/// The default of the longest datagram that a node sends, in bytes: what fits into an Ethernet
/// frame of 1,500 bytes after the headers of IPv6 (40) and UDP (8), so that it crosses most of the
/// internet in one piece.
///
/// A longer datagram travels in fragments. All fragments must arrive, and many routers and
/// firewalls drop them, so a long message never reaches some peers, and the sender gets no error.
/// In a private network, or on one machine, up to [`LARGEST_DATAGRAM`] is fine.
pub const DEFAULT_MAX_DATAGRAM: usize = 1_452;

/// One datagram to be signed and sent.
#[derive(Debug)]
pub struct Outgoing {
    /// The destination.
    pub to: SocketAddr,
    /// The packet; [`Unsealed::seal`] makes the bytes.
    pub packet: Unsealed,
}

/// A bounded first-in, first-out queue of [`Outgoing`] datagrams.
#[derive(Debug)]
pub struct Outbox {
    queue: VecDeque<Outgoing>,
    limit: usize,
    max_datagram: usize,
}

impl Default for Outbox {
    fn default() -> Self {
        Self::with_limit(OUTBOX_LIMIT)
    }
}

impl Outbox {
    /// Returns an empty queue for at most `limit` datagrams.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            limit,
            max_datagram: DEFAULT_MAX_DATAGRAM,
        }
    }

    /// Returns the length of the longest accepted datagram, in bytes.
    #[must_use]
    pub fn max_datagram(&self) -> usize {
        self.max_datagram
    }

    /// Accepts datagrams of up to `bytes`, at most [`LARGEST_DATAGRAM`].
    pub fn set_max_datagram(&mut self, bytes: usize) {
        self.max_datagram = bytes.min(LARGEST_DATAGRAM);
    }

    /// Queues `packet` for `to`.
    ///
    /// # Errors
    ///
    /// [`DropReason::TooLong`] for a datagram longer than [`Outbox::max_datagram`],
    /// [`DropReason::Unsendable`] for an address that no datagram can reach (see [`is_sendable`]),
    /// [`DropReason::QueueFull`] if the queue is full. The packet is then lost.
    pub fn push(&mut self, to: SocketAddr, packet: Unsealed) -> Result<(), DropReason> {
        if packet.sealed_length() > self.max_datagram {
            return Err(DropReason::TooLong);
        }
        if !is_sendable(&to) {
            return Err(DropReason::Unsendable);
        }
        if self.queue.len() >= self.limit {
            return Err(DropReason::QueueFull);
        }
        self.queue.push_back(Outgoing { to, packet });
        Ok(())
    }

    /// Removes the oldest datagram.
    pub fn pop(&mut self) -> Option<Outgoing> {
        self.queue.pop_front()
    }

    /// Drops all but the `length` oldest datagrams: those of a call that is rolled back.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.queue.truncate(length);
    }

    /// Removes all but the `length` oldest datagrams, in order.
    pub(crate) fn split_off(&mut self, length: usize) -> VecDeque<Outgoing> {
        self.queue.split_off(length.min(self.queue.len()))
    }

    /// Returns the number of queued datagrams.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Returns `true` if the queue refuses datagrams.
    pub(crate) fn is_full(&self) -> bool {
        self.queue.len() >= self.limit
    }

    /// Returns `true` if no datagram is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

/// Returns `true` if a peer can be at `address`: the port is not 0, and the host is not special
/// (unspecified, multicast, broadcast, reserved, or a metadata service). Introductions can contain
/// such addresses, and the source of a datagram can be forged as one.
#[must_use]
pub fn is_sendable(address: &SocketAddr) -> bool {
    address.port() != 0 && Scope::of(address.ip()) != Scope::Special
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::packet::CommunityId;
    use crate::wire::{PackError, Payload, Reader, UnpackError, Writer};

    struct Nothing;
    impl Payload for Nothing {
        fn pack(&self, _writer: &mut Writer) -> Result<(), PackError> {
            Ok(())
        }
        fn unpack(_reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
            Ok(Self)
        }
    }

    fn packet() -> Unsealed {
        let prefix = CommunityId::from_bytes([7; 20]).prefix();
        Unsealed::new(&prefix, 1, None, None, &Nothing).expect("an empty payload packs")
    }

    #[test]
    fn a_full_outbox_refuses_datagrams() {
        let mut outbox = Outbox::with_limit(1);
        let to: SocketAddr = "10.0.0.1:1".parse().expect("an address");
        assert_eq!(outbox.push(to, packet()), Ok(()));
        assert_eq!(outbox.push(to, packet()), Err(DropReason::QueueFull));
        assert!(outbox.pop().is_some());
        assert!(outbox.is_empty());
    }

    #[test]
    fn too_long_datagrams_are_refused() {
        let mut outbox = Outbox::default();
        let to: SocketAddr = "10.0.0.1:1".parse().expect("an address");
        outbox.set_max_datagram(usize::MAX);
        assert_eq!(outbox.max_datagram(), LARGEST_DATAGRAM);
        let length = packet().sealed_length();
        outbox.set_max_datagram(length);
        assert_eq!(outbox.push(to, packet()), Ok(()));
        outbox.set_max_datagram(length - 1);
        assert_eq!(outbox.push(to, packet()), Err(DropReason::TooLong));
    }

    #[test]
    fn addresses_at_which_no_peer_can_be_are_refused() {
        for text in [
            "0.0.0.0:5",
            "1.2.3.4:0",
            "224.0.0.1:5",
            "255.255.255.255:5",
            "240.0.0.1:5",
            "169.254.169.254:5",
            "192.0.2.1:5",
            "[::]:5",
            "[::ffff:224.0.0.1]:5",
            "[2001:db8::1]:5",
            "[ff02::1]:5",
        ] {
            let to: SocketAddr = text.parse().expect("an address");
            assert_eq!(
                Outbox::default().push(to, packet()),
                Err(DropReason::Unsendable),
                "{text}"
            );
        }
    }
}
