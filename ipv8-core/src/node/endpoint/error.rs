//! Errors of binding, sending and receiving.

use std::io;
use std::net::SocketAddr;

use super::socket_errors::SocketErrorKind;

/// Why an endpoint could not be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The list of interfaces is empty.
    #[error(
        "no interface to listen on: expected at least one address with a port, such as 0.0.0.0:8090"
    )]
    NoInterface,
    /// Two addresses have the same family, so the address to send from would be ambiguous.
    #[error(
        "two interfaces of the same address family, {first} and {second}: expected at most one IPv4 and one IPv6 address"
    )]
    SameFamily {
        /// The first address.
        first: SocketAddr,
        /// The address that conflicts with it.
        second: SocketAddr,
    },
    /// No port from the requested one on is free.
    #[error("no free UDP port: tried {tried} from {address} on ({last})")]
    NoFreePort {
        /// The requested address.
        address: SocketAddr,
        /// The number of ports tried.
        tried: u32,
        /// The system's error for the last one.
        last: io::Error,
    },
    /// The system refuses the address, whatever the port.
    #[error("cannot listen on {address}: {source}")]
    Socket {
        /// The requested address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// Broadcasts need an IPv4 interface, and there is none.
    #[error("cannot broadcast without an IPv4 interface: add an IPv4 address to listen on")]
    NoIpv4,
    /// The caller is outside a tokio runtime.
    #[error("a UDP endpoint can only be created inside a tokio runtime")]
    NoRuntime,
}

/// Why a datagram was not passed to the system. It is dropped, and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransmitError {
    /// No interface has the address's family.
    #[error("no interface for this address family")]
    NoInterface,
    /// The send buffer stayed full for longer than
    /// [`EndpointConfig::send_patience`](super::EndpointConfig::send_patience).
    #[error("the send buffer stayed full")]
    Busy,
    /// The system refused the datagram.
    #[error("the system refused the datagram: {}", .0.name())]
    Refused(SocketErrorKind),
}

/// Why one attempt on a socket did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    /// There is nothing to receive, or no room to send.
    WouldBlock,
    /// The system's error.
    Failed(SocketErrorKind),
}

impl From<io::Error> for NotDone {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock => Self::WouldBlock,
            _ => Self::Failed(SocketErrorKind::of(&error)),
        }
    }
}
