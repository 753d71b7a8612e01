//! The curves a key can be on.

use std::fmt;

/// The curve of a key.
///
/// `Curve25519` is the only one for new peers; the `Sect*k1` ones (SEC 2, binary Koblitz curves) are deprecated and verify only.
/// Source: protocol 1.1 and 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    /// X25519 and Ed25519, security level `curve25519`.
    Curve25519,
    /// K-163, security level `very-low`; what py-ipv8's trackers sign with.
    Sect163k1,
    /// K-233, security level `low`.
    Sect233k1,
    /// K-409, security level `medium`.
    Sect409k1,
    /// K-571, security level `high`.
    Sect571k1,
}

impl Curve {
    /// Every curve, `Curve25519` first, then by size.
    pub const ALL: [Self; 5] = [
        Self::Curve25519,
        Self::Sect163k1,
        Self::Sect233k1,
        Self::Sect409k1,
        Self::Sect571k1,
    ];

    /// The name of the curve: `curve25519`, or the SEC 2 name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curve25519 => "curve25519",
            Self::Sect163k1 => "sect163k1",
            Self::Sect233k1 => "sect233k1",
            Self::Sect409k1 => "sect409k1",
            Self::Sect571k1 => "sect571k1",
        }
    }

    /// The security level that py-ipv8's configuration names this curve by: `curve25519`, `very-low`, `low`, `medium` or `high`.
    #[must_use]
    pub const fn security_level(self) -> &'static str {
        match self {
            Self::Curve25519 => "curve25519",
            Self::Sect163k1 => "very-low",
            Self::Sect233k1 => "low",
            Self::Sect409k1 => "medium",
            Self::Sect571k1 => "high",
        }
    }

    /// The curve of a security level; `None` for any other text, the curves' own `sect*k1` names among them.
    #[must_use]
    pub fn from_security_level(level: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|curve| curve.security_level() == level)
    }

    /// How many bytes a signature by a key on this curve has: 64 for curve25519, else twice the bytes of a field element.
    #[must_use]
    pub const fn signature_length(self) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lead_back() {
        for curve in Curve::ALL {
            assert_eq!(
                Curve::from_security_level(curve.security_level()),
                Some(curve)
            );
        }
        assert_eq!(Curve::from_security_level("sect163k1"), None);
        assert_eq!(Curve::from_security_level(""), None);
    }
}
