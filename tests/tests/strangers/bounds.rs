//! Counting what a machine sent: in all, in any window of time, to one host, and to addresses that
//! no node may send to.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipv8_tests::sent::Sent;

/// One address of each special range, and one with port 0. The node under test is in none of them.
pub(crate) const SPECIAL: [&str; 25] = [
    "127.0.0.1:22",
    "127.77.1.2:4000",
    "10.0.0.1:4000",
    "172.16.0.1:4000",
    "192.168.1.1:4000",
    "169.254.169.254:4000",
    "169.254.7.7:4000",
    "100.64.0.1:4000",
    "100.127.255.1:4000",
    "0.1.2.3:4000",
    "192.0.0.1:4000",
    "192.0.2.1:4000",
    "198.18.0.1:4000",
    "198.19.255.1:4000",
    "198.51.100.1:4000",
    "203.0.113.1:4000",
    "224.0.0.1:4000",
    "239.255.255.250:4000",
    "240.0.0.1:4000",
    "254.1.2.3:4000",
    "255.255.255.255:4000",
    "0.0.0.0:4000",
    "20.77.0.1:0",
    "127.0.0.1:0",
    "255.255.255.255:0",
];

/// The same for IPv6: the ranges of its own, and IPv4 hosts in disguise.
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

/// Ports of other services that answer a datagram with a longer one.
pub(crate) const ABUSABLE: [u16; 12] =
    [19, 53, 69, 111, 123, 137, 161, 389, 1900, 3702, 5353, 11211];

/// Returns the most datagrams in any window of this length. The times are in order.
pub(crate) fn most_within(window: Duration, times: impl IntoIterator<Item = Duration>) -> usize {
    let times: Vec<_> = times.into_iter().collect();
    let mut first = 0;
    let mut most = 0;
    for (last, time) in times.iter().enumerate() {
        while *time - times[first] >= window {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

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

/// Returns a public address that differs for each number, in nearly as many /16.
pub(crate) fn anywhere(number: u32) -> SocketAddr {
    let [_, a, b, c] = number.wrapping_mul(40_503).to_be_bytes();
    let host = Ipv4Addr::new(62 + a % 20, b, c, 1 + number.to_be_bytes()[3] % 250);
    SocketAddr::from((host, 6_000))
}
