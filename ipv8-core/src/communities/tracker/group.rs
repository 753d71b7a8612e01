//! Source groups: hosts that one party probably controls together.

use std::net::{IpAddr, SocketAddr};

/// A source group for budgets: a /24 of IPv4, or a /48 of IPv6, the usual size for one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subnet {
    V4([u8; 3]),
    V6([u8; 6]),
}

/// A source group for diversity: a /16 of IPv4, or a /32 of IPv6, the usual size for one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Wide {
    V4([u8; 2]),
    V6([u8; 4]),
}

impl Subnet {
    /// Returns the subnet of an address. An IPv4-mapped IPv6 address counts as IPv4.
    pub(super) fn of(address: &SocketAddr) -> Self {
        match address.ip().to_canonical() {
            IpAddr::V4(host) => {
                let [a, b, c, _] = host.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(host) => {
                let [a, b, c, d, e, f, ..] = host.octets();
                Self::V6([a, b, c, d, e, f])
            }
        }
    }

    pub(super) fn wide(&self) -> Wide {
        match *self {
            Self::V4([a, b, _]) => Wide::V4([a, b]),
            Self::V6([a, b, c, d, ..]) => Wide::V6([a, b, c, d]),
        }
    }
}

/// Returns `true` for an address of this machine itself. No other machine can send from it, so it
/// has no limits for a source group: all nodes of a test on one machine are in the same one.
pub(super) fn is_here(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_one() {
        let of = |text: &str| Subnet::of(&text.parse().unwrap());
        assert_eq!(of("1.2.3.4:5"), of("1.2.3.250:6"));
        assert_eq!(of("1.2.3.4:5"), of("[::ffff:1.2.3.9]:5"));
        assert_ne!(of("1.2.3.4:5"), of("1.2.4.4:5"));
        assert_eq!(of("1.2.3.4:5").wide(), of("1.2.4.4:5").wide());
        assert_eq!(of("[2001:db8:0:1::1]:5"), of("[2001:db8:0:ffff::1]:5"));
        assert_ne!(of("[2001:db8:0:1::1]:5"), of("[2001:db8:1:1::1]:5"));
        assert_eq!(of("[2001:db8::1]:5").wide(), of("[2001:db8:9::1]:5").wide());
        assert_ne!(of("[2001:db8::1]:5").wide(), of("[2001:db9::1]:5").wide());
    }
}
