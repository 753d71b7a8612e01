//! Where this node is: its own addresses and the kinds of sockets it has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::wire::address::UNSPECIFIED;

/// The addresses this machine has, as far as the runtime knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddresses {
    /// The own IPv4 LAN address (guessed host, port of the socket); `0.0.0.0:0` while unknown.
    pub lan: SocketAddr,
    /// The own IPv6 address, if there is an IPv6 interface and its address is known.
    pub ipv6: Option<SocketAddr>,
    /// Whether there is a socket for IPv4, and one for IPv6.
    pub interfaces: Interfaces,
    /// Further IPv4 hosts of this machine: peers there are introduced by their LAN address.
    pub lan_hosts: Vec<Ipv4Addr>,
    /// The address of the socket that beacons are sent from, once there is one: what comes from it is this node's own.
    pub beacon: Option<SocketAddr>,
}

impl LocalAddresses {
    /// Whether a beacon from `source` was sent by this very node: from the port of its beacon socket on a host of its own.
    pub(crate) fn is_own_beacon(&self, source: &SocketAddr) -> bool {
        let own_host = match source.ip() {
            IpAddr::V4(host) => host.is_loopback() || self.lan_hosts.contains(&host),
            IpAddr::V6(host) => host.is_loopback(),
        };
        let same_port = |beacon: SocketAddr| beacon.port() == source.port();
        (own_host || source.ip() == self.lan.ip()) && self.beacon.is_some_and(same_port)
    }
}

/// Which address classes this node has a socket for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interfaces {
    /// A socket for IPv4 (py-ipv8's `UDPIPv4`).
    pub ipv4: bool,
    /// A socket for IPv6 (py-ipv8's `UDPIPv6`).
    pub ipv6: bool,
}

impl Interfaces {
    /// Whether datagrams to `address` have a socket to leave by.
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
