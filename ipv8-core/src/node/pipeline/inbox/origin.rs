//! Senders as the inbox tells them apart: a single address, or a site.

use std::fmt;
use std::net::SocketAddr;

use crate::engine::{Signature, Ticket};
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
    /// Returns who shares a queue with the sender of a datagram. Addresses that proved themselves
    /// are told apart; all others could have as many addresses as they like. The unsigned datagrams
    /// of a tracker can be forged, so its answers do not wait in one queue with them.
    pub(super) fn of(ticket: &Ticket) -> Self {
        let (source, is_signed) = (ticket.source(), ticket.signature() != Signature::None);
        match ticket.class() {
            Class::Answer | Class::Peer => Self::Address(canonical(source)),
            Class::Tracker if is_signed => Self::Address(canonical(source)),
            Class::Tracker | Class::Contact | Class::Stranger => Self::site(&source),
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
    use crate::node::pipeline::tests::unsigned_ticket;

    #[test]
    fn strangers_are_told_apart_by_site_and_peers_by_address() {
        let unsigned = unsigned_ticket();
        let shown = |source: &str, class, signature| {
            let ticket = unsigned.changed(class, source.parse().unwrap(), 1, signature);
            Origin::of(&ticket).to_string()
        };
        let (none, signed) = (Signature::None, Signature::Curve25519);
        let at = "192.0.2.77:5";
        assert_eq!(shown(at, Class::Stranger, signed), "192.0.2.0/24");
        assert_eq!(shown(at, Class::Peer, signed), at);
        assert_eq!(shown(at, Class::Tracker, signed), at);
        assert_eq!(shown(at, Class::Tracker, none), "192.0.2.0/24");
        let mapped = "[::ffff:192.0.2.7]:5";
        assert_eq!(shown(mapped, Class::Contact, none), "192.0.2.0/24");
        let six = "[2001:db8:1:2::3]:4";
        assert_eq!(shown(six, Class::Stranger, none), "2001:db8:1::/48");
        assert_eq!(shown(six, Class::Answer, none), six);
    }
}
