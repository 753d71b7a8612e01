//! What makes an address known or unknown.
use super::graph::PeerGraph;
use super::graph::is_usable;
use super::idle::Introducer;
use super::record::Record;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;

impl PeerGraph {
    /// Notes that `introducer` told us of `address`, for `service` (usually the overlay that heard it; `None` for no special
    /// one), and whether `address` is said to understand the new style (protocol 6).
    ///
    /// The first introducer wins: of a known address only one whose introducer is not verified (any more) is recorded anew.
    /// Of any other it is noted that it was introduced for `service` too, if that is registered: what one overlay heard of first
    /// must not be lost to another.
    /// Blacklisted and unusable addresses (port 0, unspecified host) are not recorded. In every case `introducer` itself
    /// is then added as by [`PeerGraph::add_verified_peer`].
    pub fn discover_address(
        &mut self,
        introducer: &Peer,
        address: SocketAddr,
        service: Option<CommunityId>,
        new_style: bool,
    ) {
        if self.is_blacklisted(&address) {
            self.stats.blacklisted_addresses += 1;
        } else if !is_usable(&address) {
            self.stats.unusable_addresses += 1;
        } else if !self.has_verified_introducer(&address) {
            let key = Some(introducer.key().clone());
            self.record(address, Record::new(key, service, new_style));
        } else if let Some(service) = service.filter(|service| self.is_registered(*service)) {
            self.addresses.want(&address, service);
            self.refresh_for(&address, &service);
        }
        self.add_verified_peer(introducer);
    }

    fn has_verified_introducer(&self, address: &SocketAddr) -> bool {
        let record = self.addresses.record(address);
        record
            .and_then(|record| record.introducer.as_ref())
            .is_some_and(|key| self.is_verified(key))
    }

    /// Makes an address known without introducer, service and style, as one from a snapshot is, unless it is known,
    /// blacklisted or unusable. Whether that made it known.
    pub fn record_bare(&mut self, address: SocketAddr) -> bool {
        if self.is_known(&address) {
            return false;
        }
        if self.is_blacklisted(&address) {
            self.stats.blacklisted_addresses += 1;
            return false;
        }
        if !is_usable(&address) {
            self.stats.unusable_addresses += 1;
            return false;
        }
        self.record(address, Record::new(None, None, false));
        true
    }

    fn record(&mut self, address: SocketAddr, record: Record) {
        let introducer = record.introducer.clone();
        self.change_address(&address, |network| {
            network.addresses.insert(address, record);
        });
        self.enforce_address_limits(&introducer);
    }

    /// Forgets idle addresses until the limits are kept; only those of `introducer` can have become too many for one.
    pub(super) fn enforce_address_limits(&mut self, introducer: &Introducer) {
        let share = self.limits.max_addresses_per_introducer;
        while introducer.is_some()
            && self.addresses.idle().count(introducer) > share
            && let Some(oldest) = self.addresses.idle().oldest(introducer)
        {
            self.forget(&oldest);
            self.stats.introducer_addresses_evicted += 1;
        }
        while self.addresses.idle().len() > self.limits.max_addresses
            && let Some(largest) = self.addresses.idle().largest()
            && let Some(oldest) = self.addresses.idle().oldest(largest)
        {
            self.forget(&oldest);
            self.stats.addresses_evicted += 1;
        }
    }

    /// Notes that nobody of `service` was found at the address: it is walkable for `service` no longer, until somebody introduces it for
    /// `service` again. If it is walkable for no other registered service, and no verified peer is at it, it is forgotten. Whether
    /// it was known.
    ///
    /// Unlike [`PeerGraph::remove_address`] this takes nothing from other overlays on the same graph.
    pub fn give_up(&mut self, address: &SocketAddr, service: CommunityId) -> bool {
        if !self.is_known(address) {
            return false;
        }
        if self.is_registered(service) {
            self.addresses.give_up(address, service);
            self.refresh_for(address, &service);
        }
        if self.addresses.owners(address).is_empty() && !self.is_wanted(address, &service) {
            self.forget(address);
        }
        true
    }

    /// Makes the address unknown; whether it was known.
    pub(super) fn forget(&mut self, address: &SocketAddr) -> bool {
        let mut was_known = false;
        self.change_address(address, |network| {
            was_known = network.addresses.forget(address);
        });
        was_known
    }

    /// Forgets the address, and drops every verified peer that has it in one of its slots, with its services (py-ipv8's
    /// `remove_by_address`). The other addresses of those peers stay known. Whether anything changed.
    pub fn remove_address(&mut self, address: &SocketAddr) -> bool {
        let was_known = self.forget(address);
        let owners = self.addresses.owners(address).iter(&self.verified);
        let mut keys: Vec<_> = owners.map(|owner| owner.peer.key().clone()).collect();
        // A defined order, because what is evicted meanwhile depends on it.
        keys.sort_unstable();
        for key in &keys {
            self.drop_peer(key);
        }
        was_known || !keys.is_empty()
    }

    /// Never records this address, and never takes a peer that has no other for verified: for trackers. If it is known it
    /// stays known, but is walkable no longer; a verified peer there stays.
    pub fn blacklist_address(&mut self, address: SocketAddr) {
        self.change_address(&address, |network| {
            network.blacklist.insert(address);
        });
    }
}
