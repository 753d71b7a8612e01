//! The datagram that announces a node on its local network (protocol 10.3).

use std::net::SocketAddr;

use crate::wire::packet::{PREFIX_LENGTH, Prefix};

/// The first bytes of a beacon: a version of zeros, `IPv8`, and the kind of announcement.
const HEADER: [u8; 7] = *b"\0\0IPv8\0";

/// The length of a beacon in bytes.
pub const BEACON_LENGTH: usize = HEADER.len() + PREFIX_LENGTH;

/// The number of [`Beacon`]s that can wait to be polled; more are refused and counted. None wait
/// between two inputs, because the driver polls all of them.
pub const BEACON_LIMIT: usize = 1_024;

/// A beacon to send, from a socket that may send to broadcast addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// The destination, often a broadcast address.
    pub to: SocketAddr,
    /// The datagram.
    pub bytes: [u8; BEACON_LENGTH],
}

impl Beacon {
    /// Returns the beacon of the overlay whose packets start with `prefix`.
    pub(crate) fn new(to: SocketAddr, prefix: &Prefix) -> Self {
        let mut bytes = [0; BEACON_LENGTH];
        let (header, rest) = bytes.split_at_mut(HEADER.len());
        header.copy_from_slice(&HEADER);
        rest.copy_from_slice(prefix);
        Self { to, bytes }
    }
}

/// Returns the prefix of the overlay that a beacon is for; `None` when the datagram is not a
/// beacon.
#[must_use]
pub fn read_beacon(datagram: &[u8]) -> Option<&Prefix> {
    datagram.strip_prefix(&HEADER)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::packet::CommunityId;

    #[test]
    fn a_beacon_has_the_bytes_of_the_reference() {
        let prefix = CommunityId::from_bytes([7; 20]).prefix();
        let beacon = Beacon::new(SocketAddr::from(([255; 4], 8090)), &prefix);
        let mut expected = vec![0, 0, 0x49, 0x50, 0x76, 0x38, 0, 0, 2];
        expected.extend([7; 20]);
        assert_eq!(beacon.bytes[..], expected);
        assert_eq!(read_beacon(&expected), Some(&prefix));
        for length in 0..expected.len() {
            assert_eq!(read_beacon(&expected[..length]), None);
        }
        expected.push(0);
        assert_eq!(read_beacon(&expected), None);
        assert_eq!(read_beacon(&[0; BEACON_LENGTH]), None);
    }
}
