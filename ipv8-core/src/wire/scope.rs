//! Which part of the internet an address belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The ports at or above 1024 whose services answer datagrams of strangers with longer ones: SSDP,
/// WS-Discovery, mDNS and memcached. All ports below 1024 belong to services.
const REFLECTORS: [u16; 4] = [1_900, 3_702, 5_353, 11_211];

/// The number of the first port that any user of a machine may open.
const FIRST_USER_PORT: u16 = 1_024;

/// The part of the internet in which an address has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// This machine: 127.0.0.0/8 and `::1`.
    Loopback,
    /// One link: 169.254.0.0/16 without the metadata services of clouds, and fe80::/10.
    LinkLocal,
    /// A private network: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7.
    Private,
    /// The network between a provider and its customers: 100.64.0.0/10.
    Shared,
    /// The whole internet.
    Global,
    /// No place for a peer: unspecified, multicast, broadcast, reserved, documentation and
    /// benchmark ranges, and the metadata services of clouds.
    Special,
}

impl Scope {
    /// Returns the scope of a host. An IPv6 address that contains an IPv4 address (mapped, 6to4,
    /// NAT64, Teredo) has the scope of that one, or [`Scope::Special`] if that scope is narrower
    /// than the internet: no router would take it there.
    #[must_use]
    pub(crate) fn of(host: IpAddr) -> Self {
        match host {
            IpAddr::V4(host) => Self::of_ipv4(host),
            IpAddr::V6(host) => Self::of_ipv6(host),
        }
    }

    fn of_ipv4(host: Ipv4Addr) -> Self {
        match host.octets() {
            [127, ..] => Self::Loopback,
            // The metadata service of several clouds.
            [169, 254, 169, 254] | [169, 254, 170, 2] => Self::Special,
            [169, 254, ..] => Self::LinkLocal,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            [100, 100, 100, 200] => Self::Special,
            [100, 64..=127, ..] => Self::Shared,
            // This network, IETF protocols, documentation, 6to4 relays, benchmarks, multicast,
            // reserved, broadcast.
            [0 | 224..=255, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _] => Self::Special,
            _ => Self::Global,
        }
    }

    fn of_ipv6(host: Ipv6Addr) -> Self {
        if let Some(inner) = host.to_ipv4_mapped() {
            return Self::of_ipv4(inner);
        }
        if let Some(inner) = embedded(host) {
            return match Self::of_ipv4(inner) {
                Self::Global => Self::Global,
                _ => Self::Special,
            };
        }
        match host.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            // The metadata service of a cloud.
            [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Self::Special,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xfc00..=0xfdff, ..] => Self::Private,
            // Documentation.
            [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Self::Special,
            // Protocol assignments.
            [0x2001, 0..=0x1ff, ..] => Self::Special,
            // All unicast addresses assigned so far.
            [0x2000..=0x3fff, ..] => Self::Global,
            _ => Self::Special,
        }
    }
}

/// Returns the IPv4 address in an address of 6to4, NAT64 or Teredo.
fn embedded(host: Ipv6Addr) -> Option<Ipv4Addr> {
    let quad = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match host.segments() {
        [0x2002, high, low, ..] => Some(quad(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(quad(high, low)),
        // Teredo stores the inverted address.
        [0x2001, 0, _, _, _, _, high, low] => Some(quad(!high, !low)),
        _ => None,
    }
}

/// Returns `true` if services that answer strangers use this port: below 1024, or one of a few
/// others (SSDP 1900, WS-Discovery 3702, mDNS 5353, memcached 11211).
#[must_use]
pub(crate) fn is_service_port(port: u16) -> bool {
    port < FIRST_USER_PORT || REFLECTORS.contains(&port)
}

/// Returns `true` for an address of this machine's loopback network. No other machine can send from
/// it, so it has no budgets.
#[must_use]
pub(crate) fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Returns the address without the IPv6 form of an IPv4 host.
#[must_use]
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_has_its_scope() {
        for (scope, hosts) in [
            (
                Scope::Loopback,
                "127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1",
            ),
            (Scope::LinkLocal, "169.254.0.1 fe80::1 febf::1"),
            (
                Scope::Private,
                "10.0.0.1 172.16.0.1 172.31.9.9 192.168.1.1 fd00::1 ::ffff:10.1.2.3",
            ),
            (Scope::Shared, "100.64.0.1 100.127.255.255"),
            (
                Scope::Global,
                "1.2.3.4 100.63.0.1 172.32.0.1 192.0.3.1 198.20.0.1 223.255.255.255 2a00::1 \
                 2002:102:304::1 64:ff9b::1.2.3.4 ::ffff:1.2.3.4",
            ),
            (
                Scope::Special,
                "0.0.0.0 0.1.2.3 169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.1 192.0.2.1 \
                 192.88.99.1 198.18.0.1 198.19.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 \
                 240.0.0.1 255.255.255.255 :: ff02::1 2001:db8::1 3fff::1 fd00:ec2::254 \
                 2002:7f00:1::1 64:ff9b::10.0.0.1 2001:0:1:2:3:4:80ff:fffe 2001:10::1 4000::1 \
                 ::1.2.3.4 fec0::1",
            ),
        ] {
            for host in hosts.split_whitespace() {
                assert_eq!(Scope::of(host.parse().unwrap()), scope, "{host}");
            }
        }
    }

    #[test]
    fn ports_of_services_are_known() {
        for port in [
            0, 19, 53, 69, 111, 123, 137, 161, 389, 1023, 1900, 3702, 5353, 11211,
        ] {
            assert!(is_service_port(port), "{port}");
        }
        assert!(
            [1024, 6421, 8090, 65535]
                .iter()
                .all(|port| !is_service_port(*port))
        );
    }
}
