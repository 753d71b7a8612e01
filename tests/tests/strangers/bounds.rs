//! Counting what a machine sent: in all, in any window of time, to one host, and to addresses that
//! no node may send to.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) use ipv8_tests::places::{ABUSABLE, SPECIAL, anywhere, most_within};
use ipv8_tests::sent::Sent;

/// Like [`SPECIAL`] for IPv6: the ranges of its own, and IPv4 hosts in disguise.
pub(crate) const SPECIAL_IPV6: [&str; 17] = [
    "[::1]:4000",
    "[::]:4000",
    "[::ffff:127.0.0.1]:4000",
    "[::ffff:10.0.0.1]:4000",
    "[::ffff:169.254.169.254]:4000",
    "[::127.0.0.1]:4000",
    "[64:ff9b::7f00:1]:4000",
    "[64:ff9b::a9fe:a9fe]:4000",
    "[2002:7f00:1::1]:4000",
    "[2002:c0a8:101::1]:4000",
    "[fe80::1]:4000",
    "[fc00::1]:4000",
    "[fd12:3456::1]:4000",
    "[fec0::1]:4000",
    "[ff02::1]:4000",
    "[2001:db8::1]:4000",
    "[2a01:4f8::1]:0",
];

/// Returns the times of the datagrams to each address.
pub(crate) fn by_address(sent: &[Sent]) -> BTreeMap<SocketAddr, Vec<Duration>> {
    let mut times: BTreeMap<SocketAddr, Vec<Duration>> = BTreeMap::new();
    for one in sent {
        times.entry(one.to).or_default().push(one.at);
    }
    times
}

/// Returns the number of bytes that went to this host.
pub(crate) fn bytes_to(sent: &[Sent], host: IpAddr) -> usize {
    let there = sent.iter().filter(|one| one.to.ip() == host);
    there.map(Sent::length).sum()
}

/// Returns `true` if an address is in a private network of IPv4.
pub(crate) fn is_private(address: &SocketAddr) -> bool {
    matches!(address.ip(), IpAddr::V4(host) if host.is_private())
}
