//! Guesses the address of this machine on its local network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Documentation addresses (RFC 5737, RFC 3849): routed like any far address, but never in use.
const FAR_IPV4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
const FAR_IPV6: SocketAddr = SocketAddr::new(
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
    9,
);

/// Returns the LAN address to announce for a socket bound to `bound`, with the port of `bound`.
///
/// A specific address (loopback included) is returned as it is. For an unspecified one (`0.0.0.0`,
/// `::`) the system is asked which of its addresses it would use towards a far host. Without such a
/// route the answer is the loopback address, as in py-ipv8's `EndpointListener._guess_lan_address`.
/// Nothing is sent.
pub(crate) fn guess_lan_address(bound: SocketAddr) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    let ip = route_source(bound).unwrap_or(match bound {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    });
    SocketAddr::new(ip, bound.port())
}

/// Connecting a UDP socket only looks up the route: no datagram leaves the machine.
fn route_source(bound: SocketAddr) -> Option<IpAddr> {
    let far = if bound.is_ipv4() { FAR_IPV4 } else { FAR_IPV6 };
    let socket = UdpSocket::bind(SocketAddr::new(bound.ip(), 0)).ok()?;
    socket.connect(far).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_specific_address_is_kept() {
        for text in ["127.0.0.1:8090", "192.168.1.7:1", "[::1]:8090"] {
            let bound: SocketAddr = text.parse().unwrap();
            assert_eq!(guess_lan_address(bound), bound);
        }
    }

    #[test]
    fn an_unspecified_address_becomes_a_specific_one_with_the_same_port() {
        for text in ["0.0.0.0:8090", "[::]:8091"] {
            let bound: SocketAddr = text.parse().unwrap();
            let guess = guess_lan_address(bound);
            assert!(!guess.ip().is_unspecified());
            assert_eq!(guess.port(), bound.port());
            assert_eq!(guess.is_ipv4(), bound.is_ipv4());
        }
    }
}
