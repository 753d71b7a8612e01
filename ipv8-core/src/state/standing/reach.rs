//! Which addresses another node may make us send to.

use std::net::{IpAddr, SocketAddr};

use crate::wire::scope::{Scope, is_service_port};

/// The facts that decide whether we walk to an address that another node named.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// The address of the node that named it.
    pub(crate) introducer: SocketAddr,
    /// `true` if the introducer has proven its address. An unproven one can have any port.
    pub(crate) is_proven: bool,
    /// `true` if that node is a tracker of ours.
    pub(crate) is_tracker: bool,
    /// Our LAN host.
    pub(crate) lan: IpAddr,
    /// The host of our WAN estimate.
    pub(crate) wan: IpAddr,
    /// `true` if ports of common services are left alone.
    pub(crate) avoids_services: bool,
}

impl Reach {
    /// Returns `true` if the introducer may make us send to `address`.
    ///
    /// Anywhere in the internet, except to ports of services. Inside a private network (or on this
    /// machine, or on one link) only if the introducer is inside too. A tracker, and a node behind
    /// our own NAT, may also name an address of our private network. Nowhere else.
    pub(crate) fn allows(&self, address: SocketAddr) -> bool {
        let scope = Scope::of(address.ip());
        let is_service = self.avoids_services
            && is_service_port(address.port())
            && !(self.is_proven && is_service_port(self.introducer.port()));
        if address.port() == 0 || is_service {
            return false;
        }
        match scope {
            Scope::Special => false,
            Scope::Global => true,
            _ if Scope::of(self.introducer.ip()) == scope => true,
            Scope::Private | Scope::Shared => {
                let is_trusted = self.is_tracker || self.introducer.ip() == self.wan;
                is_trusted && Scope::of(self.lan) == scope
            }
            Scope::Loopback | Scope::LinkLocal => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reach(introducer: &str) -> Reach {
        Reach {
            introducer: introducer.parse().unwrap(),
            is_proven: true,
            is_tracker: false,
            lan: "192.168.1.2".parse().unwrap(),
            wan: "20.0.0.1".parse().unwrap(),
            avoids_services: true,
        }
    }

    fn allowed(reach: &Reach, addresses: &str) -> bool {
        let mut addresses = addresses.split_whitespace();
        addresses.all(|address| reach.allows(address.parse().unwrap()))
    }

    fn refused(reach: &Reach, addresses: &str) -> bool {
        let mut addresses = addresses.split_whitespace();
        addresses.all(|address| !reach.allows(address.parse().unwrap()))
    }

    #[test]
    fn a_stranger_in_the_internet_names_only_addresses_of_the_internet() {
        let reach = reach("31.0.0.1:8090");
        assert!(allowed(&reach, "45.0.0.1:8090 [2a00::1]:8090"));
        assert!(refused(
            &reach,
            "127.0.0.1:8090 10.0.0.1:8090 192.168.1.7:8090 100.64.0.1:8090 169.254.1.1:8090 \
             169.254.169.254:8090 224.0.0.1:8090 255.255.255.255:8090 45.0.0.1:0 [fd00::1]:8090"
        ));
    }

    #[test]
    fn a_neighbour_names_addresses_of_its_own_network() {
        for (introducer, address) in [
            ("127.0.0.1:5", "127.0.0.1:8090"),
            ("192.168.1.9:8090", "10.0.0.1:8090"),
            ("[fe80::1]:8090", "[fe80::2]:8090"),
        ] {
            assert!(allowed(&reach(introducer), address), "{introducer}");
        }
        assert!(refused(
            &reach("192.168.1.9:8090"),
            "127.0.0.1:8090 169.254.169.254:8090"
        ));
    }

    #[test]
    fn a_tracker_and_a_node_behind_our_nat_name_addresses_of_our_lan() {
        let neighbour = reach("20.0.0.1:6000");
        let tracker = Reach {
            is_tracker: true,
            ..reach("31.0.0.1:6421")
        };
        for reach in [neighbour, tracker] {
            assert!(allowed(&reach, "192.168.1.7:8090"));
            assert!(refused(&reach, "127.0.0.1:8090 100.64.0.1:8090"));
        }
        let outside = Reach {
            lan: "45.0.0.1".parse().unwrap(),
            ..tracker
        };
        assert!(refused(&outside, "192.168.1.7:8090"), "we have no LAN");
    }

    #[test]
    fn ports_of_services_are_left_alone_unless_that_is_switched_off() {
        let services = "45.0.0.1:53 45.0.0.1:123 45.0.0.1:11211";
        assert!(refused(&reach("31.0.0.1:8090"), services));
        assert!(allowed(&reach("31.0.0.1:443"), services));
        let forged = Reach {
            is_proven: false,
            ..reach("31.0.0.1:53")
        };
        assert!(refused(&forged, services));
        let off = Reach {
            avoids_services: false,
            ..reach("31.0.0.1:8090")
        };
        assert!(allowed(&off, services));
    }
}
