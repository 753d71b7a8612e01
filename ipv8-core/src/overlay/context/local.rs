//! The addresses and sockets of this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::wire::address::UNSPECIFIED;
use crate::wire::scope::canonical;

/// The addresses of this machine, as far as the driver of the engine knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddresses {
    /// Our IPv4 LAN address (guessed host, port of the socket); `0.0.0.0:0` while unknown.
    pub lan: SocketAddr,
    /// Our IPv6 address, if there is an IPv6 interface and its address is known.
    pub ipv6: Option<SocketAddr>,
    /// The address families that the node has a socket for.
    pub interfaces: Interfaces,
    /// Further IPv4 hosts of this machine. A peer there is introduced by its LAN address.
    pub lan_hosts: Vec<Ipv4Addr>,
    /// `true` if the socket for IPv4 is bound to every host of this machine.
    pub on_every_host: bool,
    /// The address of the socket that sends beacons, once there is one. A beacon from it is ours.
    pub beacon: Option<SocketAddr>,
}

impl LocalAddresses {
    /// Returns `true` for the address of our socket. No other node can be there, so it is forged as
    /// the source of a datagram.
    pub(crate) fn is_own(&self, address: &SocketAddr) -> bool {
        let address = &canonical(*address);
        match address.ip() {
            IpAddr::V4(host) if self.on_every_host && address.port() == self.lan.port() => {
                host.is_loopback() || *address == self.lan || self.lan_hosts.contains(&host)
            }
            IpAddr::V4(_) => *address == self.lan,
            IpAddr::V6(_) => Some(*address) == self.ipv6,
        }
    }

    /// Returns `true` if this node sent the beacon from `source`: the port is that of our beacon
    /// socket and the host is this machine.
    pub(crate) fn is_own_beacon(&self, source: &SocketAddr) -> bool {
        let own_host = match source.ip() {
            IpAddr::V4(host) => host.is_loopback() || self.lan_hosts.contains(&host),
            IpAddr::V6(host) => host.is_loopback(),
        };
        let same_port = |beacon: SocketAddr| beacon.port() == source.port();
        (own_host || source.ip() == self.lan.ip()) && self.beacon.is_some_and(same_port)
    }
}

/// The address families that a node has a socket for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interfaces {
    /// A socket for IPv4 (py-ipv8's `UDPIPv4`).
    pub ipv4: bool,
    /// A socket for IPv6 (py-ipv8's `UDPIPv6`).
    pub ipv6: bool,
}

impl Interfaces {
    /// Returns `true` if there is a socket that can send to `address`.
    #[must_use]
    pub fn reach(self, address: &SocketAddr) -> bool {
        if address.is_ipv4() {
            self.ipv4
        } else {
            self.ipv6
        }
    }
}

impl Default for LocalAddresses {
    fn default() -> Self {
        Self {
            lan: UNSPECIFIED,
            ipv6: None,
            interfaces: Interfaces {
                ipv4: true,
                ipv6: false,
            },
            lan_hosts: Vec::new(),
            on_every_host: false,
            beacon: None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn is_own(local: &LocalAddresses, address: &str) -> bool {
        local.is_own(&address.parse().unwrap())
    }

    #[test]
    fn the_addresses_of_our_sockets_are_ours() {
        let bound = LocalAddresses {
            lan: SocketAddr::from(([20, 1, 1, 1], 8090)),
            ipv6: "[2a01::1]:8091".parse().ok(),
            lan_hosts: vec![[20, 1, 1, 1].into(), [10, 1, 1, 1].into()],
            ..LocalAddresses::default()
        };
        let everywhere = LocalAddresses {
            on_every_host: true,
            ..bound.clone()
        };
        for own in ["20.1.1.1:8090", "[::ffff:20.1.1.1]:8090", "[2a01::1]:8091"] {
            assert!(is_own(&bound, own) && is_own(&everywhere, own), "{own}");
        }
        // Another node of this machine can be there, but not beside a socket on every host.
        for other in ["10.1.1.1:8090", "127.0.0.1:8090"] {
            assert!(!is_own(&bound, other) && is_own(&everywhere, other));
        }
        for other in ["20.1.1.1:8091", "20.1.1.2:8090", "[2a01::1]:8090"] {
            assert!(!is_own(&bound, other) && !is_own(&everywhere, other));
        }
    }
}
