//! The addresses and sockets of this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::wire::address::UNSPECIFIED;

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
    /// The address of the socket that sends beacons, once there is one. A beacon from it is ours.
    pub beacon: Option<SocketAddr>,
}

impl LocalAddresses {
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
            beacon: None,
        }
    }
}
