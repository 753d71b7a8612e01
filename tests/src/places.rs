//! Addresses in the internet for simulated nodes, by number.

use std::net::SocketAddr;

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
