//! Changes to services: which ones are registered, and which ones a key has.
use super::changes::PeerChange;
use super::graph::PeerGraph;
use super::services::LocalService;
use super::services::ServiceList;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;

impl PeerGraph {
    /// Returns `true` if the service is registered.
    pub fn is_registered(&self, service: CommunityId) -> bool {
        self.local.contains_key(&service)
    }

    /// Reserves memory for this many more registered services.
    pub(crate) fn reserve_services(&mut self, services: usize) {
        self.local.reserve(services);
    }

    /// Registers a service that an overlay of this node runs: builds its indexes in one pass over
    /// the whole graph, and maintains them from then on. Does nothing for a registered service.
    pub fn register_service(&mut self, service: CommunityId) {
        if self.is_registered(service) {
            return;
        }
        let peers: Vec<Peer> = self.peers_for_service(service).cloned().collect();
        self.foreign_services -= peers.len();
        let mut local = LocalService {
            order: self.next_order,
            ..LocalService::default()
        };
        for peer in &peers {
            local.peers.insert(peer.key().clone());
            local.providers.add(peer.address());
        }
        self.by_size
            .insert((local.peers.len(), local.order, service));
        self.next_order += 1;
        self.local.insert(service, local);
        let known: Vec<SocketAddr> = self.addresses.known().collect();
        for address in &known {
            self.refresh_for(address, &service);
        }
        for peer in peers {
            self.changed(PeerChange::ServiceAdded { service, peer });
        }
    }

    /// Drops the indexes of a service that no overlay of this node runs any more; the graph still
    /// knows which peers have it. Returns `true` if it was registered.
    pub fn unregister_service(&mut self, service: CommunityId) -> bool {
        let Some(local) = self.local.shift_remove(&service) else {
            return false;
        };
        self.by_size
            .remove(&(local.peers.len(), local.order, service));
        self.foreign_services += local.peers.len();
        self.addresses.forget_service(&service);
        true
    }

    /// Records that a key has these services, in addition to the known ones.
    ///
    /// Registered services are always stored, others as far as the limits allow. The services of an
    /// unverified key are stored for the latest `max_unverified_keys` keys, and count when the key
    /// becomes verified.
    pub fn discover_services(
        &mut self,
        key: &PublicKey,
        services: impl IntoIterator<Item = CommunityId>,
    ) {
        // Counted only when needed: most peers repeat what they sent before.
        let mut foreign = None;
        for service in services {
            if self.has_service(key, service) {
                continue;
            }
            if !self.is_registered(service) {
                let count = foreign.unwrap_or_else(|| self.foreign_services_of(key));
                foreign = Some(count);
                if !self.has_room_for_foreign(key, count) {
                    self.stats.services_over_limit += 1;
                    continue;
                }
                foreign = Some(count + 1);
            }
            self.add_service(key, service);
        }
    }

    fn foreign_services_of(&self, key: &PublicKey) -> usize {
        let services = self.services_for(key);
        services
            .filter(|service| !self.is_registered(*service))
            .count()
    }

    /// Returns `true` if a key with this many unregistered services may have one more.
    fn has_room_for_foreign(&self, key: &PublicKey, foreign: usize) -> bool {
        foreign < self.limits.max_services_per_peer
            && (self.foreign_services < self.limits.max_foreign_services || !self.is_verified(key))
    }

    /// Adds a service that the key was not known to have.
    fn add_service(&mut self, key: &PublicKey, service: CommunityId) {
        if self
            .peer(key)
            .is_some_and(|peer| self.is_banned(peer, service))
        {
            return;
        }
        if let Some(peer) = self.peer(key).cloned()
            && !self.make_room_in(service, &peer)
        {
            return;
        }
        let Some(entry) = self.verified.get_mut(key) else {
            self.unverified.add(key, service, &mut self.lists);
            self.refresh_introduced(key, &service);
            while let Some((key, list)) = self.unverified.pop_over(self.limits.max_unverified_keys)
            {
                self.stats.unverified_keys_evicted += 1;
                self.refresh_all_introduced(&key, &list);
            }
            return;
        };
        entry.services.add(service, &mut self.lists);
        let peer = entry.peer.clone();
        for address in peer.proven_addresses() {
            self.addresses.gained(&address, service);
        }
        match self.local.get_mut(&service) {
            Some(local) => {
                let before = local.peers.len();
                local.peers.insert(key.clone());
                local.providers.add(peer.address());
                let after = (local.peers.len(), local.order, service);
                self.by_size.remove(&(before, local.order, service));
                self.by_size.insert(after);
                for address in peer.proven_addresses() {
                    self.refresh_for(&address, &service);
                }
                self.refresh_introduced(key, &service);
                self.changed(PeerChange::ServiceAdded { service, peer });
            }
            None => self.foreign_services += 1,
        }
    }

    /// Undoes [`PeerGraph::add_service`] for a peer that is no longer verified and at no address.
    pub(super) fn drop_service(&mut self, peer: &Peer, service: CommunityId) {
        let Some(local) = self.local.get_mut(&service) else {
            self.foreign_services -= 1;
            return;
        };
        let before = local.peers.len();
        local.peers.swap_remove(peer.key());
        local.providers.remove(peer.address());
        let after = (local.peers.len(), local.order, service);
        self.by_size.remove(&(before, local.order, service));
        self.by_size.insert(after);
        self.refresh_introduced(peer.key(), &service);
        let peer = peer.clone();
        self.changed(PeerChange::ServiceRemoved { service, peer });
    }

    /// Forgets the services of an unverified key.
    pub(super) fn drop_unverified(&mut self, key: &PublicKey) {
        if let Some(list) = self.unverified.remove(key) {
            self.refresh_all_introduced(key, &list);
        }
    }

    fn refresh_all_introduced(&mut self, key: &PublicKey, services: &ServiceList) {
        for service in services.iter() {
            self.refresh_introduced(key, &service);
        }
    }

    /// Updates the addresses that `key` introduced: they may have become walkable for a service
    /// that it gained or lost.
    fn refresh_introduced(&mut self, key: &PublicKey, service: &CommunityId) {
        if !self.local.contains_key(service) {
            return;
        }
        let introduced: Vec<SocketAddr> = self.introductions_from(key).collect();
        for address in &introduced {
            self.refresh_for(address, service);
        }
    }
}
