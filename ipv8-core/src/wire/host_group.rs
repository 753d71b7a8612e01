//! Groups of hosts that probably have one owner.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The leading bits that the hosts of one customer share, in IPv4 and in IPv6.
const SITE: (u8, u8) = (24, 48);

/// The leading bits that the hosts of one provider share.
const PROVIDER: (u8, u8) = (16, 32);

/// A group of hosts that probably have one owner: a *site* is the network of one customer (a /24 of
/// IPv4, a /48 of IPv6), a *provider* is the network of many (a /16, a /32).
///
/// Sites are for budgets: their owner could use every address there. Providers are for diversity:
/// an attacker with many keys has few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct HostGroup {
    is_ipv6: bool,
    prefix: u8,
    /// The first bits of the host, zero after `prefix`. IPv4 takes the highest 32 bits.
    bits: u64,
}

impl HostGroup {
    /// Returns the site of a host. An IPv4 host in an IPv4-mapped or NAT64 address counts as IPv4.
    #[must_use]
    pub(crate) fn site(host: IpAddr) -> Self {
        Self::of(host, SITE)
    }

    /// Returns the provider of a host, like [`HostGroup::site`].
    #[must_use]
    pub(crate) fn provider(host: IpAddr) -> Self {
        Self::of(host, PROVIDER)
    }

    /// Returns the provider that this site belongs to.
    #[must_use]
    pub(crate) fn provider_of_site(self) -> Self {
        self.shortened(PROVIDER)
    }

    fn of(host: IpAddr, prefixes: (u8, u8)) -> Self {
        let (is_ipv6, bits) = match ipv4_behind(host) {
            IpAddr::V4(host) => (false, u64::from(host.to_bits()) << 32),
            IpAddr::V6(host) => (true, (host.to_bits() >> 64) as u64),
        };
        let whole = Self {
            is_ipv6,
            prefix: 64,
            bits,
        };
        whole.shortened(prefixes)
    }

    fn shortened(self, (ipv4, ipv6): (u8, u8)) -> Self {
        let prefix = if self.is_ipv6 { ipv6 } else { ipv4 };
        let bits = self.bits & (u64::MAX << (64 - prefix));
        Self {
            prefix,
            bits,
            ..self
        }
    }
}

/// Returns the IPv4 host in an IPv4-mapped or NAT64 address, else the host itself.
fn ipv4_behind(host: IpAddr) -> IpAddr {
    match host.to_canonical() {
        IpAddr::V6(six) => match six.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
            }
            _ => host,
        },
        four => four,
    }
}

/// Writes the network, like `1.2.3.0/24`.
impl fmt::Display for HostGroup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.is_ipv6 {
            true => IpAddr::V6(Ipv6Addr::from_bits(u128::from(self.bits) << 64)),
            false => IpAddr::V4(Ipv4Addr::from_bits((self.bits >> 32) as u32)),
        };
        write!(out, "{host}/{}", self.prefix)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn groups_follow_the_first_bits_of_the_host() {
        let host = |text: &str| text.parse::<IpAddr>().unwrap();
        for (text, site, provider) in [
            ("1.2.3.4", "1.2.3.0/24", "1.2.0.0/16"),
            ("::ffff:1.2.3.4", "1.2.3.0/24", "1.2.0.0/16"),
            ("64:ff9b::1.2.3.4", "1.2.3.0/24", "1.2.0.0/16"),
            ("255.255.255.255", "255.255.255.0/24", "255.255.0.0/16"),
            ("2a00:1:2:3::4", "2a00:1:2::/48", "2a00:1::/32"),
            ("::1", "::/48", "::/32"),
        ] {
            let group = HostGroup::site(host(text));
            assert_eq!(group.to_string(), site);
            assert_eq!(group.provider_of_site(), HostGroup::provider(host(text)));
            assert_eq!(HostGroup::provider(host(text)).to_string(), provider);
        }
        for (one, other) in [("1.2.3.4", "1.2.4.4"), ("2a00:1:2::1", "2a00:1:3::1")] {
            assert_ne!(HostGroup::site(host(one)), HostGroup::site(host(other)));
        }
        assert_ne!(
            HostGroup::site(host("::")),
            HostGroup::site(host("0.0.0.0"))
        );
    }
}
