//! The addresses of a fuzzer's world, by number.

use std::net::{IpAddr, SocketAddr};

use crate::desk::address;
use crate::places::{apart, crowded};

/// The number of addresses at which peers answer.
pub(super) const HOMES: u8 = 8;

/// Returns the address of this number: homes of peers, then addresses alone in their networks, then
/// those of one site, then addresses with a meaning.
pub(super) fn place(number: u8) -> SocketAddr {
    match number % 96 {
        home @ 0..HOMES => apart(1 + u16::from(home)),
        alone @ HOMES..40 => apart(300 + u16::from(alone)),
        crowd @ 40..64 => crowded(66, u16::from(crowd)),
        other => of_a_kind(other - 64),
    }
}

fn of_a_kind(number: u8) -> SocketAddr {
    const PLACES: [&str; 24] = [
        "127.0.0.1:7000",
        "20.6.6.6:6421",
        "10.0.0.5:7000",
        "192.168.1.9:7000",
        "100.64.1.1:7000",
        "169.254.9.9:7000",
        "169.254.169.254:8080",
        "224.0.0.1:7000",
        "255.255.255.255:7000",
        "0.0.0.0:0",
        "192.0.2.1:7000",
        "240.0.0.1:7000",
        "20.5.5.5:53",
        "20.5.5.5:1900",
        "20.5.5.5:0",
        "20.1.1.1:8090",
        "20.1.1.1:9000",
        "[2a00::1]:7000",
        "[2a00:1::1]:7000",
        "[fe80::1]:7000",
        "[ff02::1]:7000",
        "[2001:db8::1]:7000",
        "[::1]:7000",
        "[::ffff:20.7.7.7]:7000",
    ];
    address(PLACES[usize::from(number) % PLACES.len()])
}

/// Returns `true` if no node of the world may ever send to this host: multicast, broadcast,
/// unspecified, reserved, documentation, and the metadata service of clouds.
pub(super) fn is_forbidden(host: IpAddr) -> bool {
    match host.to_canonical() {
        IpAddr::V4(host) => {
            host.is_multicast()
                || host.is_broadcast()
                || host.is_unspecified()
                || host.is_documentation()
                || host.octets()[0] >= 240
                || host.octets() == [169, 254, 169, 254]
        }
        IpAddr::V6(host) => {
            host.is_multicast()
                || host.is_unspecified()
                || host.segments().starts_with(&[0x2001, 0xdb8])
        }
    }
}

/// Returns `true` if the host is on this machine or on its link, where a node of the internet has
/// no business.
pub(super) fn is_near(host: IpAddr) -> bool {
    match host.to_canonical() {
        IpAddr::V4(host) => {
            host.is_loopback() || host.is_link_local() || host.octets()[..2] == [100, 64]
        }
        IpAddr::V6(host) => host.is_loopback() || host.is_unicast_link_local(),
    }
}

/// Returns `true` if the port belongs to a service of another kind.
pub(super) const fn is_service(port: u16) -> bool {
    port < 1_024 || matches!(port, 1_900 | 3_702 | 5_353 | 11_211)
}
