//! The cost of a signature, before it is checked.

use std::time::Duration;

/// The length of a public key on curve25519 (protocol 1.1).
const CURVE25519_LENGTH: usize = 74;

/// The start of the names of the old curves in a key (their object identifiers), before the last
/// byte.
const OLD_CURVES: [u8; 4] = [0x2b, 0x81, 0x04, 0x00];

/// The cost of work on one signature, about that of a core of 3 GHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// A check on curve25519.
    Usual,
    /// A check on a `sect*k1` curve, or of an unreadable key.
    Legacy(Duration),
}

/// A check on curve25519.
const USUAL: Duration = Duration::from_micros(45);

impl Cost {
    /// Returns the cost to check a signature by the key in these bytes. An unreadable key counts as
    /// one on the most expensive curve.
    pub(super) fn of_key(key: &[u8]) -> Self {
        if key.len() == CURVE25519_LENGTH {
            return Self::Usual;
        }
        let name = key.windows(5).find(|bytes| bytes.starts_with(&OLD_CURVES));
        let micros = match name {
            Some([.., 0x01]) => 300,
            Some([.., 0x1a]) => 500,
            Some([.., 0x24]) => 1_400,
            _ => 2_800,
        };
        Self::Legacy(Duration::from_micros(micros))
    }

    pub(super) fn time(self) -> Duration {
        match self {
            Self::Usual => USUAL,
            Self::Legacy(time) => time,
        }
    }

    pub(super) fn is_legacy(self) -> bool {
        matches!(self, Self::Legacy(_))
    }
}
