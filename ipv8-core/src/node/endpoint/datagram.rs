//! A received datagram, and the bounds of datagrams.

use std::net::SocketAddr;

/// The longest datagram that can arrive: the UDP header has 16 bits for the length.
pub(super) const RECEIVE_BUFFER: usize = 65_535;

/// The longest payload that one UDP datagram over IPv4 can carry: 65,535 bytes without the IP and
/// UDP headers.
pub(super) const LARGEST_PAYLOAD: usize = 65_507;

/// A received datagram. Its bytes are in the endpoint's buffer until the next receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The source address, as the datagram claims it.
    pub source: SocketAddr,
    /// The whole datagram, possibly empty.
    pub bytes: &'a [u8],
}
