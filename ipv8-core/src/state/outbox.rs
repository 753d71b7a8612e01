//! The queue of what is to be sent: filled by handlers and steps, emptied by the runtime.
//!
//! Nothing below the runtime touches a socket; whoever wants to send puts an [`Outgoing`] here. The
//! datagrams leave in the order in which they were put in, still unsealed: the runtime signs them
//! on their way out.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use crate::state::stats::DropReason;
use crate::wire::packet::Unsealed;

/// How many datagrams may wait in an [`Outbox`]; more are refused and counted as
/// [`DropReason::QueueFull`].
///
/// The runtime empties the queue after every call, and after every small piece of receive work, so this many datagrams can only
/// come from one call, or from handlers that send hundreds each; more than that would overrun any socket.
pub const OUTBOX_LIMIT: usize = 16_384;

/// The most that UDP carries over IPv4, in bytes: 65,535 less the headers of IP (20) and UDP (8). Nothing longer is ever sent or
/// taken in.
pub const LARGEST_DATAGRAM: usize = 65_507;

/// The longest datagram that a node sends unless configured otherwise, in bytes: what fits an Ethernet frame of 1,500 bytes behind
/// the headers of IPv6 (40) and UDP (8), so that it reaches most of the internet in one piece.
///
/// What is longer travels in fragments. All of them must arrive for any of it to arrive, and many routers and firewalls drop
/// fragments, so that a long message is lost to some peers every time and nobody is told. In a network of one's own, or on one
/// machine, up to [`LARGEST_DATAGRAM`] are fine.
pub const DEFAULT_MAX_DATAGRAM: usize = 1_452;

/// One datagram to be signed and sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Where it goes.
    pub to: SocketAddr,
    /// What it says; [`Unsealed::seal`] makes the bytes.
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
    /// An empty queue for at most `limit` datagrams.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            limit,
            max_datagram: DEFAULT_MAX_DATAGRAM,
        }
    }

    /// The longest datagram that is taken, in bytes.
    #[must_use]
    pub fn max_datagram(&self) -> usize {
        self.max_datagram
    }

    /// Takes datagrams of up to `bytes`, at most [`LARGEST_DATAGRAM`].
    pub fn set_max_datagram(&mut self, bytes: usize) {
        self.max_datagram = bytes.min(LARGEST_DATAGRAM);
    }

    /// Queues `packet` for `to`.
    ///
    /// # Errors
    ///
    /// [`DropReason::TooLong`] for a datagram above [`Outbox::max_datagram`],
    /// [`DropReason::Unsendable`] for an address no datagram can reach (see [`is_sendable`]),
    /// [`DropReason::QueueFull`] when the limit is reached. The packet is then gone.
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

    /// Takes the datagram that has waited longest.
    pub fn pop(&mut self) -> Option<Outgoing> {
        self.queue.pop_front()
    }

    /// Forgets all but the `length` datagrams that have waited longest: those of a call that is undone.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.queue.truncate(length);
    }

    /// Takes all but the `length` datagrams that have waited longest, in their order.
    pub(crate) fn split_off(&mut self, length: usize) -> VecDeque<Outgoing> {
        self.queue.split_off(length.min(self.queue.len()))
    }

    /// How many datagrams wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

/// Whether a datagram to `address` can reach one peer: no port 0, no unspecified, multicast or
/// broadcast host. Such addresses arrive in introductions and are nobody's address.
#[must_use]
pub fn is_sendable(address: &SocketAddr) -> bool {
    let host_is_one_peer = match address.ip() {
        IpAddr::V4(host) => !host.is_unspecified() && !host.is_multicast() && !host.is_broadcast(),
        IpAddr::V6(host) => !host.is_unspecified() && !host.is_multicast(),
    };
    address.port() != 0 && host_is_one_peer
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
    fn refuses_more_than_its_limit() {
        let mut outbox = Outbox::with_limit(1);
        let to: SocketAddr = "10.0.0.1:1".parse().expect("an address");
        assert_eq!(outbox.push(to, packet()), Ok(()));
        assert_eq!(outbox.push(to, packet()), Err(DropReason::QueueFull));
        assert!(outbox.pop().is_some());
        assert!(outbox.is_empty());
    }

    #[test]
    fn refuses_datagrams_that_are_too_long() {
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
    fn refuses_addresses_of_nobody() {
        for text in [
            "0.0.0.0:5",
            "1.2.3.4:0",
            "224.0.0.1:5",
            "255.255.255.255:5",
            "[::]:5",
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
