//! The addresses of a node, as far as its sockets and the machine's interfaces tell them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::node::endpoint::guess_lan_address;
use crate::overlay::context::{Interfaces, LocalAddresses};
use crate::wire::address::UNSPECIFIED;

/// The most hosts of this machine that are kept; no machine that runs a node has as many.
const MAX_HOSTS: usize = 256;

/// Returns the addresses of sockets bound to `bound`, on a machine whose interfaces have `hosts`.
/// `hosts` is empty if the interfaces were not read.
pub(super) fn local_addresses(bound: &[SocketAddr], hosts: &[IpAddr]) -> LocalAddresses {
    let of_family = |ipv4: bool| bound.iter().find(|address| address.is_ipv4() == ipv4);
    let lan = of_family(true).or(bound.first());
    let lan = lan.map_or(UNSPECIFIED, |address| preferred(*address, hosts));
    let mut lan_hosts: Vec<Ipv4Addr> = Vec::new();
    // Every machine has the loopback host, so it does not locate a peer.
    if let IpAddr::V4(own) = lan.ip()
        && !own.is_loopback()
        && !own.is_unspecified()
    {
        let others = hosts.iter().filter_map(|host| match host {
            IpAddr::V4(host) if is_lan_host(*host) => Some(*host),
            _ => None,
        });
        lan_hosts.push(own);
        lan_hosts.extend(others.filter(|host| *host != own).take(MAX_HOSTS));
        lan_hosts.sort_unstable();
        lan_hosts.dedup();
    }
    LocalAddresses {
        lan,
        ipv6: of_family(false).map(|address| preferred(*address, hosts)),
        interfaces: Interfaces {
            ipv4: of_family(true).is_some(),
            ipv6: of_family(false).is_some(),
        },
        lan_hosts,
        on_every_host: of_family(true).is_some_and(|address| address.ip().is_unspecified()),
        beacon: None,
    }
}

/// Returns the address that the system would send from. Without such a route: the first address of
/// an interface, and only if there is none, loopback.
fn preferred(bound: SocketAddr, hosts: &[IpAddr]) -> SocketAddr {
    let guess = guess_lan_address(bound);
    if bound.ip().is_loopback() || !guess.ip().is_loopback() {
        return guess;
    }
    let usable = |host: &&IpAddr| match host {
        IpAddr::V4(host) => bound.is_ipv4() && is_lan_host(*host),
        IpAddr::V6(host) => bound.is_ipv6() && is_reachable(*host),
    };
    let host = hosts.iter().find(usable);
    host.map_or(guess, |host| SocketAddr::new(*host, bound.port()))
}

/// Returns `true` for a host that py-ipv8 counts as one of its own addresses (protocol 4.5).
fn is_lan_host(host: Ipv4Addr) -> bool {
    !host.is_loopback() && !host.is_unspecified() && !host.is_broadcast()
}

/// Returns `true` for a host that other machines can reach. A link-local address is not usable
/// without its link.
fn is_reachable(host: Ipv6Addr) -> bool {
    !host.is_loopback() && !host.is_unspecified() && !host.is_unicast_link_local()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn known(bound: &[&str], hosts: &[&str]) -> LocalAddresses {
        let bound: Vec<_> = bound.iter().map(|text| text.parse().unwrap()).collect();
        let hosts: Vec<_> = hosts.iter().map(|text| text.parse().unwrap()).collect();
        local_addresses(&bound, &hosts)
    }

    #[test]
    fn a_node_on_loopback_announces_loopback() {
        let local = known(&["127.0.0.1:5", "[::1]:6"], &["10.0.0.1", "2001:db8::7"]);
        assert_eq!(local.lan, "127.0.0.1:5".parse().unwrap());
        assert_eq!(local.ipv6, Some("[::1]:6".parse().unwrap()));
        assert!(local.lan_hosts.is_empty());
        assert!(local.interfaces.ipv4 && local.interfaces.ipv6);
    }

    #[test]
    fn a_node_on_one_address_knows_the_hosts_of_all_interfaces() {
        let hosts = [
            "127.0.0.1",
            "10.0.0.9",
            "10.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "fe80::1",
        ];
        let local = known(&["10.0.0.1:5"], &hosts);
        assert_eq!(local.lan, "10.0.0.1:5".parse().unwrap());
        let own: [Ipv4Addr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 9].into()];
        assert_eq!(local.lan_hosts, own);
        assert_eq!(local.ipv6, None);
        assert!(local.interfaces.ipv4 && !local.interfaces.ipv6);
        assert_eq!(known(&["10.0.0.1:5"], &[]).lan_hosts, own[..1]);
        let many: Vec<_> = (0..1000_u32)
            .map(|n| IpAddr::V4((0x0b00_0000 + n).into()))
            .collect();
        let local = local_addresses(&["10.0.0.1:5".parse().unwrap()], &many);
        assert_eq!(local.lan_hosts.len(), MAX_HOSTS + 1);
    }

    #[test]
    fn an_ipv6_node_knows_only_its_address() {
        let local = known(&["[2001:db8::1]:5"], &["10.0.0.1", "2001:db8::1"]);
        assert_eq!(local.lan, "[2001:db8::1]:5".parse().unwrap());
        assert_eq!(local.ipv6, Some(local.lan));
        assert!(local.lan_hosts.is_empty());
    }
}
