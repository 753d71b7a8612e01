//! Where the judging node may be sent by others, in its own words: a second opinion that shares no
//! code with the library.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The part of the internet in which a host has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Machine,
    Link,
    Private,
    Provider,
    Internet,
    /// No peer can be there.
    Nowhere,
}

/// The ranges of IPv4 that are not the internet: first address, length of the prefix. The first
/// range that contains a host decides.
const IPV4: [([u8; 4], u32, Place); 21] = [
    ([127, 0, 0, 0], 8, Place::Machine),
    ([169, 254, 169, 254], 32, Place::Nowhere),
    ([169, 254, 170, 2], 32, Place::Nowhere),
    ([169, 254, 0, 0], 16, Place::Link),
    ([10, 0, 0, 0], 8, Place::Private),
    ([172, 16, 0, 0], 12, Place::Private),
    ([192, 168, 0, 0], 16, Place::Private),
    ([100, 100, 100, 200], 32, Place::Nowhere),
    ([100, 64, 0, 0], 10, Place::Provider),
    ([0, 0, 0, 0], 8, Place::Nowhere),
    ([192, 0, 0, 0], 24, Place::Nowhere),
    ([192, 0, 2, 0], 24, Place::Nowhere),
    ([192, 88, 99, 0], 24, Place::Nowhere),
    ([198, 18, 0, 0], 15, Place::Nowhere),
    ([198, 51, 100, 0], 24, Place::Nowhere),
    ([203, 0, 113, 0], 24, Place::Nowhere),
    ([224, 0, 0, 0], 4, Place::Nowhere),
    ([240, 0, 0, 0], 4, Place::Nowhere),
    // The rest is the internet.
    ([0, 0, 0, 0], 1, Place::Internet),
    ([128, 0, 0, 0], 2, Place::Internet),
    ([192, 0, 0, 0], 3, Place::Internet),
];

fn place(host: IpAddr) -> Place {
    match host.to_canonical() {
        IpAddr::V4(host) => place_of_ipv4(host),
        IpAddr::V6(host) => place_of_ipv6(host),
    }
}

fn place_of_ipv4(host: Ipv4Addr) -> Place {
    let contains = |(first, length, _): &&([u8; 4], u32, Place)| {
        (u32::from(host) ^ u32::from(Ipv4Addr::from(*first))) >> (32 - length) == 0
    };
    IPV4.iter()
        .find(contains)
        .map_or(Place::Nowhere, |(_, _, place)| *place)
}

fn place_of_ipv6(host: Ipv6Addr) -> Place {
    let starts = |first: &str, length: u32| {
        let first: Ipv6Addr = first.parse().expect("an address");
        (u128::from(host) ^ u128::from(first)) >> (128 - length) == 0
    };
    // 6to4, NAT64 and Teredo contain an IPv4 address.
    let bits = u128::from(host);
    let low = bits as u32;
    let inner = if starts("2002::", 16) {
        Some((bits >> 80) as u32)
    } else if starts("64:ff9b::", 96) {
        Some(low)
    } else if starts("2001::", 32) {
        Some(!low)
    } else {
        None
    };
    if let Some(inner) = inner {
        return match place_of_ipv4(inner.into()) {
            Place::Internet => Place::Internet,
            _ => Place::Nowhere,
        };
    }
    if host == Ipv6Addr::LOCALHOST {
        Place::Machine
    } else if starts("fe80::", 10) {
        Place::Link
    } else if starts("fd00:ec2::254", 128) {
        Place::Nowhere
    } else if starts("fc00::", 7) {
        Place::Private
    } else if starts("2001::", 23) || starts("2001:db8::", 32) || starts("3fff::", 20) {
        Place::Nowhere
    } else if starts("2000::", 3) {
        Place::Internet
    } else {
        Place::Nowhere
    }
}

/// Returns `true` if no node can be at an address.
pub(super) fn is_nowhere(address: SocketAddr) -> bool {
    place(address.ip()) == Place::Nowhere
}

/// Returns `true` for a port of a service.
pub(super) fn is_service(address: SocketAddr) -> bool {
    address.port() < 1_024 || [1_900, 3_702, 5_353, 11_211].contains(&address.port())
}

/// Returns `true` if the node at `introducer` may make the judging node, which is on loopback and
/// knows no tracker, send to `address`.
pub(super) fn may_send(introducer: SocketAddr, address: SocketAddr) -> bool {
    let is_hidden = is_service(address) && !is_service(introducer);
    let is_open = match place(address.ip()) {
        Place::Nowhere => false,
        Place::Internet => true,
        inside => place(introducer.ip()) == inside,
    };
    address.port() != 0 && !is_hidden && is_open
}

/// Returns `true` if a node at `witness` can see the judging node at `seen`.
pub(super) fn may_see(witness: SocketAddr, seen: SocketAddr) -> bool {
    match place(seen.ip()) {
        Place::Internet => true,
        Place::Nowhere | Place::Private => false,
        inside => place(witness.ip()) == inside,
    }
}
