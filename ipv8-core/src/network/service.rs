//! What makes a service registered, and a peer have it.
use super::services::ServiceList;
use super::{LocalService, Network, PeerChange};
use crate::crypto::PublicKey;
use crate::packet::CommunityId;
use crate::peer::Peer;
use std::net::SocketAddr;

impl Network {
    /// Whether the service is registered.
    pub fn is_registered(&self, service: CommunityId) -> bool {
        self.local.contains_key(&service)
    }

    /// Notes that an overlay of ours runs this service: builds its indexes, in one pass over everything known, and keeps
    /// them from now on. Does nothing for a registered one.
    pub fn register_service(&mut self, service: CommunityId) {
        if self.is_registered(service) {
            return;
        }
        let peers: Vec<Peer> = self.peers_for_service(service).cloned().collect();
        self.foreign_services -= peers.len();
        let mut local = LocalService::default();
        local
            .peers
            .extend(peers.iter().map(|peer| peer.key().clone()));
        self.local.insert(service, local);
        let known: Vec<SocketAddr> = self.addresses.known().collect();
        for address in &known {
            self.refresh_for(address, &service);
        }
        for peer in peers {
            self.changed(PeerChange::ServiceAdded { service, peer });
        }
    }

    /// Forgets the indexes of a service that no overlay of ours runs any more; which peers have it stays known. Whether it was
    /// registered.
    pub fn unregister_service(&mut self, service: CommunityId) -> bool {
        let Some(local) = self.local.shift_remove(&service) else {
            return false;
        };
        self.foreign_services += local.peers.len();
        self.addresses.forget_service(&service);
        true
    }

    /// Notes that a key has these services besides those known already.
    ///
    /// Registered ones are always kept; of the others as many as the limits allow. Of a key that is not verified they are kept
    /// for the latest `max_unverified_keys` keys, and count when it becomes verified.
    pub fn discover_services(
        &mut self,
        key: &PublicKey,
        services: impl IntoIterator<Item = CommunityId>,
    ) {
        let mut foreign = self
            .services_for(key)
            .filter(|service| !self.is_registered(*service))
            .count();
        for service in services {
            if self.has_service(key, service) {
                continue;
            }
            if !self.is_registered(service) {
                if !self.has_room_for_foreign(key, foreign) {
                    self.counters.services_over_limit += 1;
                    continue;
                }
                foreign += 1;
            }
            self.add_service(key, service);
        }
    }

    /// Whether a key with this many services that we do not run may have one more.
    fn has_room_for_foreign(&self, key: &PublicKey, foreign: usize) -> bool {
        foreign < self.limits.max_services_per_peer
            && (self.foreign_services < self.limits.max_foreign_services || !self.is_verified(key))
    }

    /// Notes a service that the key was not known to have.
    fn add_service(&mut self, key: &PublicKey, service: CommunityId) {
        let Some(entry) = self.verified.get_mut(key) else {
            self.unverified.entry(key).add(service);
            self.refresh_introduced(key, &service);
            while let Some((key, list)) = self.unverified.pop_over(self.limits.max_unverified_keys)
            {
                self.counters.unverified_keys_evicted += 1;
                self.refresh_all_introduced(&key, &list);
            }
            return;
        };
        entry.services.add(service);
        let peer = entry.peer.clone();
        for address in peer.addresses() {
            self.addresses
                .change_owners(address, |owners| owners.gained(service));
        }
        match self.local.get_mut(&service) {
            Some(local) => {
                local.peers.insert(key.clone());
                for address in peer.addresses() {
                    self.refresh_for(&address, &service);
                }
                self.refresh_introduced(key, &service);
                self.changed(PeerChange::ServiceAdded { service, peer });
            }
            None => self.foreign_services += 1,
        }
    }

    /// Undoes [`Network::add_service`] for a peer that is verified no longer, and at no address.
    pub(super) fn drop_service(&mut self, peer: &Peer, service: CommunityId) {
        let Some(local) = self.local.get_mut(&service) else {
            self.foreign_services -= 1;
            return;
        };
        local.peers.swap_remove(peer.key());
        self.refresh_introduced(peer.key(), &service);
        let peer = peer.clone();
        self.changed(PeerChange::ServiceRemoved { service, peer });
    }

    /// Forgets the services of a key that is not verified.
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

    /// What `key` introduced may have become walkable for a service that it got or lost.
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
