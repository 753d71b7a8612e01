//! Mids: the short ids of peers.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha1::{Digest, Sha1};

/// The mid (member id) of a peer: the SHA-1 of its whole public bin, 20 bytes.
///
/// `Display` and `Debug` print it as 40 lower-case hexadecimal digits. Source: protocol 1.1,
/// py-ipv8's `Peer.mid`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mid([u8; 20]);

impl Mid {
    /// Returns the mid of the key with this canonical public bin.
    pub(super) fn of_public_bin(public_bin: &[u8]) -> Self {
        Self(Sha1::digest(public_bin).into())
    }

    /// Returns the 20 bytes in wire order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl Hash for Mid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Without the length that a slice would add: it is always the same.
        state.write(&self.0);
    }
}

impl From<[u8; 20]> for Mid {
    fn from(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mid_is_a_sha1_and_prints_as_hex() {
        let mid = Mid::of_public_bin(b"abc");
        assert_eq!(mid.to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(format!("{mid:?}"), format!("Mid({mid})"));
        assert_eq!(Mid::from(*mid.as_bytes()), mid);
    }
}
