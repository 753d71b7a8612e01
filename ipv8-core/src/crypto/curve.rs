//! The curves that a key can be on.

use std::fmt;
use std::time::Duration;

/// The curve of a key.
///
/// New peers only use `Curve25519`. The `Sect*k1` curves (SEC 2, binary Koblitz curves) are
/// deprecated: their signatures can be verified, not made. Source: protocol 1.1 and 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    /// X25519 and Ed25519, security level `curve25519`.
    Curve25519,
    /// K-163, security level `very-low`; py-ipv8's trackers sign with it.
    Sect163k1,
    /// K-233, security level `low`.
    Sect233k1,
    /// K-409, security level `medium`.
    Sect409k1,
    /// K-571, security level `high`.
    Sect571k1,
}

impl Curve {
    /// Returns the name of the curve: `curve25519`, or the SEC 2 name.
    const fn name(self) -> &'static str {
        match self {
            Self::Curve25519 => "curve25519",
            Self::Sect163k1 => "sect163k1",
            Self::Sect233k1 => "sect233k1",
            Self::Sect409k1 => "sect409k1",
            Self::Sect571k1 => "sect571k1",
        }
    }

    /// Returns the security level of this curve in py-ipv8's configuration: `curve25519`,
    /// `very-low`, `low`, `medium` or `high`.
    pub(crate) const fn security_level(self) -> &'static str {
        match self {
            Self::Curve25519 => "curve25519",
            Self::Sect163k1 => "very-low",
            Self::Sect233k1 => "low",
            Self::Sect409k1 => "medium",
            Self::Sect571k1 => "high",
        }
    }

    /// Returns the estimated time to verify a signature, on a core of about 3 GHz: the result of
    /// the bench `parts` for curve25519, and half as much again for the deprecated curves.
    pub(crate) const fn verification_time(self) -> Duration {
        Duration::from_micros(match self {
            Self::Curve25519 => 45,
            Self::Sect163k1 => 140,
            Self::Sect233k1 => 230,
            Self::Sect409k1 => 750,
            Self::Sect571k1 => 1_600,
        })
    }

    /// Returns the length of a signature by a key on this curve, in bytes: 64 for curve25519, else
    /// twice the length of a field element.
    pub(crate) const fn signature_length(self) -> usize {
        match self {
            Self::Curve25519 => 64,
            Self::Sect163k1 => 42,
            Self::Sect233k1 => 60,
            Self::Sect409k1 => 104,
            Self::Sect571k1 => 144,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
