//! Senders as the inbox tells them apart: a single address, or a site.

use std::fmt;
use std::net::SocketAddr;

use crate::state::stats::Class;
use crate::wire::host_group::HostGroup;
use crate::wire::scope::canonical;

/// The sender of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::node) enum Origin {
    /// One address.
    Address(SocketAddr),
    /// All hosts of one site.
    Site(HostGroup),
}

impl Origin {
    /// Returns who shares a queue with `source`. Addresses that proved themselves are told apart;
    /// all others could have as many addresses as they like.
    pub(super) fn of(source: &SocketAddr, class: Class) -> Self {
        match class {
            Class::Answer | Class::Peer | Class::Tracker => Self::Address(canonical(*source)),
            Class::Contact | Class::Stranger => Self::site(source),
        }
    }

    /// Returns the site of `source`.
    pub(super) fn site(source: &SocketAddr) -> Self {
        Self::Site(HostGroup::site(source.ip()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(out),
            Self::Site(site) => site.fmt(out),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_told_apart_by_group_and_peers_by_address() {
        let shown = |source: &str, class| Origin::of(&source.parse().unwrap(), class).to_string();
        assert_eq!(shown("192.0.2.77:5", Class::Stranger), "192.0.2.0/24");
        assert_eq!(shown("192.0.2.77:5", Class::Peer), "192.0.2.77:5");
        assert_eq!(
            shown("[::ffff:192.0.2.7]:5", Class::Contact),
            "192.0.2.0/24"
        );
        let six = "[2001:db8:1:2::3]:4";
        assert_eq!(shown(six, Class::Stranger), "2001:db8:1::/48");
        assert_eq!(shown(six, Class::Answer), six);
    }
}
