//! Changes to verified peers. Only this file adds, changes and drops them.
use super::changes::PeerChange;
use super::graph::PeerGraph;
use super::services::{LocalService, Verified};
use super::table::Keyed;
use crate::crypto::{Mid, PublicKey};
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;
use std::time::Instant;

/// The number of candidates from which the peer is chosen that makes room for a peer of another
/// service.
const ROOM_CANDIDATES: usize = 16;

impl PeerGraph {
    /// Verifies a peer that signed a received message. Returns `true` if it is verified now.
    ///
    /// A known peer takes over the addresses (unless frozen) and the last response of `peer`, but
    /// not its style. A new peer is refused if its mid is blacklisted, if there are already
    /// `max_peers`, or if one of its addresses is blacklisted and none of the others is known. If
    /// none of its addresses is known, all of them become known (protocol 6).
    pub fn add_verified_peer(&mut self, peer: &Peer) -> bool {
        if self.is_blacklisted_mid(&peer.mid()) {
            self.stats.blacklisted_peers += 1;
            return false;
        }
        let merged = self.peer_mut(peer.key(), |known| known.merge(peer));
        if merged.is_some() {
            return true;
        }
        let mut addresses = peer.proven_addresses();
        let is_introduced = addresses.any(|a| self.is_known(&a) && !self.is_blacklisted(&a));
        if !is_introduced && peer.proven_addresses().any(|a| self.is_blacklisted(&a)) {
            self.stats.blacklisted_peers += 1;
            return false;
        }
        if self.verified.len() >= self.limits.max_peers {
            self.stats.peers_over_limit += 1;
            return false;
        }
        self.verify(peer);
        if !is_introduced {
            for address in peer.proven_addresses() {
                self.record_bare(address);
            }
        }
        true
    }

    /// Like [`PeerGraph::add_verified_peer`], but also records that `peer` has `service`.
    ///
    /// If there are already `max_peers`, and `service` is registered and has less than its share of
    /// them, a peer of the registered service with the most peers makes room: one that was not
    /// heard from for a long time.
    /// A peer that gets no room in the service ([`PeerGraph::has_room_in`]) is not added.
    pub fn add_peer_of(&mut self, peer: &Peer, service: CommunityId) -> bool {
        if !self.has_room_in(service, peer) {
            self.stats.peers_over_cap += 1;
            return self.is_verified(peer.key()) && self.add_verified_peer(peer);
        }
        let full = self.verified.len() >= self.limits.max_peers;
        if full && !self.is_verified(peer.key()) && !self.is_blacklisted_mid(&peer.mid()) {
            self.make_room_for(service);
        }
        let verified = self.add_verified_peer(peer);
        self.discover_services(peer.key(), [service]);
        verified
    }

    /// Adds a peer with these services, at its proven address. A new peer that gets none of the
    /// registered services, because it has none or there is no room, is not added.
    pub fn add_peer_with(&mut self, peer: &Peer, services: &[CommunityId]) -> bool {
        let is_new = !self.is_verified(peer.key());
        let offers = |service: &&CommunityId| self.is_registered(**service);
        let first = services.iter().filter(offers);
        let first = first
            .copied()
            .find(|service| self.has_room_in(*service, peer));
        match first {
            Some(first) => self.add_peer_of(peer, first),
            None if is_new => return false,
            None => self.add_verified_peer(peer),
        };
        self.discover_services(peer.key(), services.iter().copied());
        self.is_verified(peer.key())
    }

    fn make_room_for(&mut self, service: CommunityId) {
        let share = self.limits.max_peers / self.local.len().max(1);
        let has_less = |local: &LocalService| local.peers.len() < share;
        if !self.local.get(&service).is_some_and(has_less) {
            return;
        }
        let largest = self.by_size.last();
        let largest = largest.and_then(|(_, _, service)| self.local.get(service));
        let Some(largest) = largest.filter(|largest| largest.peers.len() > share) else {
            return;
        };
        // A few candidates are enough: a pass over thousands for each new peer would let an
        // attacker keep the node busy.
        let candidates = largest.peers.iter().take(ROOM_CANDIDATES);
        let candidates = candidates.filter(|key| !self.has_service(key, service));
        let silent = candidates.min_by_key(|key| self.peer(key).and_then(Peer::last_response));
        if let Some(key) = silent.cloned() {
            self.remove_peer(&key);
            self.stats.peers_evicted += 1;
        }
    }

    fn verify(&mut self, peer: &Peer) {
        let key = peer.key();
        let listed = self.unverified.remove(key).unwrap_or_default();
        let entry = Verified {
            peer: peer.clone(),
            services: Default::default(),
        };
        let Some(place) = self.verified.insert(entry) else {
            return;
        };
        for address in peer.proven_addresses() {
            self.own(place, address);
        }
        self.changed(PeerChange::Added(peer.clone()));
        self.discover_services(key, listed.iter());
    }

    /// Changes a verified peer in place and updates the address indexes; `None` if the key is not
    /// verified.
    ///
    /// Addresses that the peer gains do not become known, those that it loses stay known (as in
    /// py-ipv8). If `change` replaces the peer by one with another key, that is undone.
    pub fn peer_mut<R>(
        &mut self,
        key: &PublicKey,
        change: impl FnOnce(&mut Peer) -> R,
    ) -> Option<R> {
        let place = self.verified.place_of(key)?;
        let entry = self.verified.at_mut(place)?;
        let before = entry.peer.clone();
        let result = change(&mut entry.peer);
        if entry.peer != before {
            entry.peer = before;
            return Some(result);
        }
        if entry.peer.has_addresses_of(&before) {
            return Some(result);
        }
        let after = entry.peer.clone();
        let services = entry.services.clone();
        for service in services.iter() {
            if let Some(local) = self.local.get_mut(&service) {
                local.providers.remove(before.address());
                local.providers.add(after.address());
            }
        }
        for address in before
            .proven_addresses()
            .filter(|a| !after.has_proven_address(a))
        {
            self.disown(place, &address);
        }
        for address in after
            .proven_addresses()
            .filter(|a| !before.has_proven_address(a))
        {
            self.own(place, address);
        }
        Some(result)
    }

    /// Records a message from the verified peer with this key: it signed something, or answered a
    /// request by its number. Returns `true` if there is such a peer.
    pub fn heard_from(&mut self, key: &PublicKey, now: Instant) -> bool {
        let entry = self.verified.get_mut(key);
        entry.map(|entry| entry.peer.responded(now)).is_some()
    }

    fn own(&mut self, place: u32, address: SocketAddr) {
        self.change_address(&address, |network| {
            let peers = &network.verified;
            network.addresses.add_owner(address, place, peers);
        });
    }

    fn disown(&mut self, place: u32, address: &SocketAddr) {
        self.change_address(address, |network| {
            let peers = &network.verified;
            network.addresses.remove_owner(address, place, peers);
        });
        if let Some(record) = self.addresses.record(address) {
            let introducer = record.introducer.clone();
            self.enforce_address_limits(&introducer);
        }
    }

    /// Drops a verified peer and its services, and forgets all its addresses; for any other key,
    /// forgets the services. The addresses that the peer introduced stay known, and the next
    /// introducer of each becomes its introducer. Returns `true` if the peer was verified.
    pub fn remove_peer(&mut self, key: &PublicKey) -> bool {
        let Some(peer) = self.peer(key) else {
            self.drop_unverified(key);
            return false;
        };
        for address in peer.proven_addresses() {
            self.forget(&address);
        }
        self.drop_peer(key)
    }

    /// Drops a verified peer and its services. Returns `true` if there was one.
    pub(super) fn drop_peer(&mut self, key: &PublicKey) -> bool {
        let place = self.verified.place_of(key);
        let Some((place, entry)) = place.and_then(|at| Some((at, self.verified.at(at)?))) else {
            return false;
        };
        let peer = entry.peer.clone();
        for address in peer.proven_addresses() {
            self.disown(place, &address);
        }
        let Some((entry, moved)) = self.verified.swap_remove(key) else {
            return false;
        };
        if let Some(moved) = moved
            && let Some(entry) = self.verified.at(moved.to)
        {
            for address in entry.peer.proven_addresses() {
                self.addresses.renumber(&address, moved);
            }
        }
        for service in entry.services.iter() {
            self.drop_service(&peer, service);
        }
        self.changed(PeerChange::Removed(peer));
        true
    }

    /// Blacklists a mid, such as those of our own keys: a peer with it is never verified, and
    /// dropped if it is.
    pub fn blacklist_mid(&mut self, mid: Mid) {
        self.blacklist_mids.insert(mid);
        let mut keys = self.verified.iter().map(Keyed::key);
        if let Some(key) = keys.find(|key| key.mid() == mid).cloned() {
            self.remove_peer(&key);
        }
    }
}
