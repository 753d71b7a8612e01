//! Changes to the known addresses.
use super::graph::PeerGraph;
use super::graph::is_usable;
use super::idle::{Introducer, Provider};
use super::providers::provider_of;
use super::record::Record;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;

impl PeerGraph {
    /// Records that `introducer` introduced `address` for `service` (usually the overlay that
    /// received it; `None` for no particular one), and whether the peer at `address` is said to
    /// understand the new style (protocol 6).
    ///
    /// The first introducer wins: a known address is only recorded again if its introducer is no
    /// longer verified. Otherwise the address is marked as introduced for `service` too, if that is
    /// registered, so that an address that one overlay received first is not lost to another.
    /// Blacklisted and unusable addresses (port 0, unspecified host) are not recorded. In every
    /// case, `introducer` itself is then added like by [`PeerGraph::add_verified_peer`].
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
            let provider = provider_of(introducer.address());
            self.record(address, Record::new(key, service, new_style), provider);
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

    /// Makes an address known without introducer, service and style, like an address of a snapshot,
    /// unless it is known, blacklisted or unusable. Returns `true` if it became known.
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
        self.record(address, Record::new(None, None, false), None);
        true
    }

    fn record(&mut self, address: SocketAddr, record: Record, provider: Provider) {
        let introducer = record.introducer.clone();
        self.change_address(&address, |network| {
            network.addresses.insert(address, record, provider);
        });
        self.enforce_address_limits(&introducer);
    }

    /// Forgets idle addresses until the limits are kept. Of the limits per introducer, only that of
    /// `introducer` can be exceeded.
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

    /// Records that no peer of `service` was found at the address. It is no longer walkable for
    /// `service`, until it is introduced for `service` again. If it is walkable for no other
    /// registered service, and no verified peer is at it, it is forgotten. Returns `true` if it was
    /// known.
    ///
    /// Unlike [`PeerGraph::remove_address`], this takes nothing from other overlays on the same
    /// graph.
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

    /// Makes the address unknown. Returns `true` if it was known.
    pub(super) fn forget(&mut self, address: &SocketAddr) -> bool {
        let mut was_known = false;
        self.change_address(address, |network| {
            was_known = network.addresses.forget(address);
        });
        was_known
    }

    /// Forgets the address, and drops every verified peer that has it in one of its slots, with its
    /// services (py-ipv8's `remove_by_address`). The other addresses of those peers stay known.
    /// Returns `true` if anything changed.
    pub fn remove_address(&mut self, address: &SocketAddr) -> bool {
        let was_known = self.forget(address);
        let owners = self.addresses.owners(address).iter(&self.verified);
        let mut keys: Vec<_> = owners.map(|owner| owner.peer.key().clone()).collect();
        // In a defined order, because later evictions depend on it.
        keys.sort_unstable();
        for key in &keys {
            self.drop_peer(key);
        }
        was_known || !keys.is_empty()
    }

    /// Blacklists a tracker's address: it is never recorded, and a peer without another address is
    /// not verified. If it is known, it stays known but is no longer walkable; a verified peer at
    /// it stays.
    pub fn blacklist_address(&mut self, address: SocketAddr) {
        self.change_address(&address, |network| {
            network.blacklist.insert(address);
        });
    }
}
