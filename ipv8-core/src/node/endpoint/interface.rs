//! What all interfaces have in common: options, errors, and the choice between a real socket and one in memory.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use super::errors::SocketErrorKind;
use super::many::Look;
use super::memory::MemoryInterface;
use super::udp::UdpInterface;

/// How an [`Endpoint`](super::Endpoint) is made. The default is py-ipv8's but for the receive buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointConfig {
    /// Bytes of receive buffer to ask the system for (default 4 MiB; py-ipv8 asks for 870,400). What it grants may be less or more. The
    /// node empties it all the time; it is for the moments in which the machine gives the node no time.
    pub receive_buffer: usize,
    /// How many ports to try, the one asked for included (default 10,000, as py-ipv8). Port 0 is tried once.
    pub port_attempts: u16,
    /// How long one datagram may wait for room in the send buffer before it is dropped (default 100 ms: a fifth of a walk
    /// interval, so that a stuck interface delays strategies but does not starve them).
    pub send_patience: Duration,
    /// Whether datagrams may go to broadcast addresses (default false: the system refuses them).
    pub broadcast: bool,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            receive_buffer: 4 * 1_024 * 1_024,
            port_attempts: 10_000,
            send_patience: Duration::from_millis(100),
            broadcast: false,
        }
    }
}

/// Why an endpoint could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The list of interfaces was empty.
    #[error("no interface to listen on: give at least one address, for instance 0.0.0.0:8090")]
    NoInterface,
    /// Two addresses of one family: where to send from would be a guess.
    #[error(
        "two interfaces of one address family, {first} and {second}: give one IPv4 and one IPv6 address at most"
    )]
    SameFamily {
        /// The address named first.
        first: SocketAddr,
        /// The address that clashes with it.
        second: SocketAddr,
    },
    /// No port from the one asked for onwards was free.
    #[error("no free UDP port: tried {tried} from {address} on ({last})")]
    NoFreePort {
        /// The address asked for.
        address: SocketAddr,
        /// How many ports were tried.
        tried: u32,
        /// What the system said about the last one.
        last: io::Error,
    },
    /// The address cannot be listened on, whatever the port.
    #[error("cannot listen on {address}: {source}")]
    Socket {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Broadcasts are wanted, but there is no IPv4 interface.
    #[error("no IPv4 interface, which alone can broadcast: give an IPv4 address to listen on")]
    NoIpv4,
    /// Called outside a tokio runtime.
    #[error("a UDP endpoint can only be made inside a tokio runtime")]
    NoRuntime,
}

/// Why a datagram was not handed to the system. It is gone, and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransmitError {
    /// There is no interface of the address's family.
    #[error("no interface for this kind of address")]
    NoInterface,
    /// The send buffer stayed full for longer than [`EndpointConfig::send_patience`].
    #[error("the send buffer stayed full")]
    Busy,
    /// The system refused it.
    #[error("the system refused it: {}", .0.name())]
    Refused(SocketErrorKind),
}

/// Why one attempt on a socket did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    WouldBlock,
    Failed(SocketErrorKind),
}

/// One address of ours, real or in memory.
#[derive(Debug)]
pub(super) enum Interface {
    Udp(UdpInterface),
    Memory(MemoryInterface),
}

impl Interface {
    pub(super) fn local_address(&self) -> SocketAddr {
        match self {
            Self::Udp(udp) => udp.local_address(),
            Self::Memory(memory) => memory.local_address(),
        }
    }

    pub(super) fn receive_buffer(&self) -> Option<usize> {
        match self {
            Self::Udp(udp) => udp.receive_buffer(),
            Self::Memory(_) => None,
        }
    }

    pub(super) fn kernel_drops(&self) -> Option<u64> {
        match self {
            Self::Udp(udp) => udp.kernel_drops(),
            Self::Memory(memory) => Some(memory.overflow()),
        }
    }

    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Udp(udp) => udp.poll_readable(cx),
            Self::Memory(memory) => memory.poll_readable(cx),
        }
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Udp(udp) => udp.poll_writable(cx),
            Self::Memory(memory) => memory.poll_writable(cx),
        }
    }

    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), NotDone> {
        match self {
            Self::Udp(udp) => udp.try_receive(buffer),
            Self::Memory(memory) => memory.try_receive(buffer),
        }
    }

    /// Takes several datagrams that have arrived into `slots`, and hands each to `take`; how many it were.
    pub(super) fn receive_many(
        &self,
        slots: &mut [u8],
        look: Look,
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> Result<usize, NotDone> {
        match self {
            Self::Udp(udp) => udp.receive_many(slots, look, take),
            Self::Memory(memory) => {
                let (length, source) = memory.try_receive(slots)?;
                take(source, slots.get(..length).unwrap_or_default());
                Ok(1)
            }
        }
    }

    /// Hands several datagrams to the system, in order; how many of them it took.
    pub(super) fn send_many<B: AsRef<[u8]>>(
        &self,
        datagrams: &[(SocketAddr, B)],
    ) -> Result<usize, NotDone> {
        match self {
            Self::Udp(udp) => udp.send_many(datagrams),
            Self::Memory(memory) => match datagrams.first() {
                Some((to, bytes)) => memory.try_send(bytes.as_ref(), *to).map(|()| 1),
                None => Ok(0),
            },
        }
    }

    pub(super) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), NotDone> {
        match self {
            Self::Udp(udp) => udp.try_send(datagram, to),
            Self::Memory(memory) => memory.try_send(datagram, to),
        }
    }
}
