//! The subnet of an address.

use std::net::{IpAddr, SocketAddr};

/// The subnet of an address: a /24 of IPv4, or a /56 of IPv6, the usual size for one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subnet {
    V4([u8; 3]),
    V6([u8; 7]),
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
                let [a, b, c, d, e, f, g, ..] = host.octets();
                Self::V6([a, b, c, d, e, f, g])
            }
        }
    }
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
        assert_eq!(of("[2001:db8:0:1::1]:5"), of("[2001:db8:0:ff::1]:5"));
        assert_ne!(of("[2001:db8:0:1::1]:5"), of("[2001:db8:0:100::1]:5"));
    }
}
