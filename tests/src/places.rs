//! Addresses in the internet for simulated nodes, by number, and addresses that no node may send
//! to.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// One address of each special range, and one with port 0. The node under test is in none of them.
pub const SPECIAL: [&str; 25] = [
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

/// Ports of other services that answer a datagram with a longer one.
pub const ABUSABLE: [u16; 12] = [19, 53, 69, 111, 123, 137, 161, 389, 1900, 3702, 5353, 11211];

/// Returns a public address in a /16 of its own for each number below 2,048.
#[must_use]
pub fn apart(number: u16) -> SocketAddr {
    let [block, low] = [number / 8, number % 8].map(|part| part.to_be_bytes()[1]);
    SocketAddr::from(([31 + low, block, 7, 9], 4_000 + number))
}

/// Returns a public address in the /16 with number `net`, each on a host of its own for numbers
/// below 60,000.
#[must_use]
pub fn crowded(net: u8, number: u16) -> SocketAddr {
    let [a, b] = [number / 240, number % 240].map(|part| part.to_be_bytes()[1]);
    SocketAddr::from(([77, net, a, 1 + b], 5_000))
}

/// Returns a public address that differs for each number, in nearly as many /16.
#[must_use]
pub fn anywhere(number: u32) -> SocketAddr {
    let [_, a, b, c] = number.wrapping_mul(40_503).to_be_bytes();
    let host = Ipv4Addr::new(62 + a % 20, b, c, 1 + number.to_be_bytes()[3] % 250);
    SocketAddr::from((host, 6_000))
}

/// Returns the most datagrams in any window of this length. The times are in order.
#[must_use]
pub fn most_within(window: Duration, times: impl IntoIterator<Item = Duration>) -> usize {
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
