//! Questions about verified peers and their services.

use super::graph::PeerGraph;
use super::sampling;
use super::services::ServiceList;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use rand::{Rng, RngExt};
use std::net::SocketAddr;

impl PeerGraph {
    /// Returns the verified peer with this key.
    pub fn peer(&self, key: &PublicKey) -> Option<&Peer> {
        self.verified.get(key).map(|entry| &entry.peer)
    }

    /// Returns `true` if a verified peer has this key.
    pub fn is_verified(&self, key: &PublicKey) -> bool {
        self.verified.contains(key)
    }

    /// Returns a verified peer that has `address` in any of its slots; one of them if there are
    /// several.
    pub fn verified_by_address(&self, address: &SocketAddr) -> Option<&Peer> {
        let owner = self.addresses.owners(address).first(&self.verified)?;
        Some(&owner.peer)
    }

    /// Returns `true` if a verified peer that has the service has `address` in any of its slots.
    pub fn serves_at(&self, address: &SocketAddr, service: CommunityId) -> bool {
        let owners = self.addresses.owners(address);
        owners.serve(&service, &self.verified)
    }

    /// Returns every verified peer that has `address` in any of its slots: several if they share a
    /// LAN address.
    pub fn all_verified_by_address(&self, address: &SocketAddr) -> impl Iterator<Item = &Peer> {
        let owners = self.addresses.owners(address).iter(&self.verified);
        owners.map(|owner| &owner.peer)
    }

    /// Returns all verified peers, in no particular order.
    pub fn verified_peers(&self) -> impl Iterator<Item = &Peer> {
        self.verified.iter().map(|entry| &entry.peer)
    }

    /// Returns one verified peer of any service, each with the same probability.
    pub fn random_verified_peer<R: Rng + ?Sized>(&self, rng: &mut R) -> Option<&Peer> {
        let count = self.verified.len();
        let chosen = if count == 0 {
            return None;
        } else {
            rng.random_range(0..count)
        };
        self.verified.get_index(chosen).map(|entry| &entry.peer)
    }

    /// Returns up to `count` different verified peers of any service, in random order; each has the
    /// same probability. Takes as long as `count` draws.
    pub fn random_verified_peers<R: Rng + ?Sized>(
        &self,
        count: usize,
        rng: &mut R,
    ) -> impl Iterator<Item = &Peer> {
        let chosen = sampling::indexes(self.verified.len(), count, rng);
        let entries = chosen.into_iter().map(|at| self.verified.get_index(at));
        entries.flatten().map(|entry| &entry.peer)
    }

    /// Returns the number of verified peers.
    pub fn verified_count(&self) -> usize {
        self.verified.len()
    }

    /// Returns the services known for a key, verified or not, in ascending order.
    pub fn services_for<'a>(
        &'a self,
        key: &PublicKey,
    ) -> impl Iterator<Item = CommunityId> + use<'a> {
        self.service_list(key)
            .into_iter()
            .flat_map(ServiceList::iter)
    }

    pub(super) fn service_list(&self, key: &PublicKey) -> Option<&ServiceList> {
        let verified = self.verified.get(key).map(|entry| &entry.services);
        verified.or_else(|| self.unverified.get(key))
    }

    /// Returns `true` if the key is known to have the service.
    pub fn has_service(&self, key: &PublicKey, service: CommunityId) -> bool {
        match self.verified.get(key) {
            Some(entry) => entry.services.has(&service),
            None => self.unverified.has(key, &service),
        }
    }

    /// Returns the number of verified peers that have the service.
    pub fn peer_count(&self, service: CommunityId) -> usize {
        match self.local.get(&service) {
            Some(local) => local.peers.len(),
            None => self.peers_for_service(service).count(),
        }
    }

    /// Returns the verified peers that have the service, in no particular order.
    pub fn peers_for_service(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        let local = self.local.get(&service);
        let indexed = local.into_iter().flat_map(|local| local.peers.iter());
        let all = self.verified.iter();
        let scanned = all.filter(move |entry| local.is_none() && entry.services.has(&service));
        indexed
            .filter_map(|key| self.peer(key))
            .chain(scanned.map(|entry| &entry.peer))
    }

    /// Returns one verified peer that has the service, each with the same probability.
    pub fn random_peer<R: Rng + ?Sized>(&self, service: CommunityId, rng: &mut R) -> Option<&Peer> {
        self.random_peer_where(service, rng, |_| true)
    }

    /// Returns one verified peer that has the service and is `wanted`, each with the same
    /// probability. Takes one pass over all of them only if few are wanted.
    pub fn random_peer_where<R: Rng + ?Sized>(
        &self,
        service: CommunityId,
        rng: &mut R,
        wanted: impl Fn(&Peer) -> bool,
    ) -> Option<&Peer> {
        let Some(local) = self.local.get(&service) else {
            let peers = self.peers_for_service(service);
            return sampling::pick_from(peers.filter(|peer| wanted(peer)), rng);
        };
        let key = sampling::pick(&local.peers, rng, |key| self.peer(key).is_some_and(&wanted))?;
        self.peer(key)
    }

    /// Returns up to `count` verified peers that have the service, in random order: all of them if
    /// there are at most `count`, else `count` independent draws, so a peer can occur twice.
    /// Returns none for an unregistered service.
    pub fn random_peers<R: Rng + ?Sized>(
        &self,
        service: CommunityId,
        count: usize,
        rng: &mut R,
    ) -> impl Iterator<Item = &Peer> {
        let peers = self.local.get(&service).map(|local| &local.peers);
        let there = peers.map_or(0, |peers| peers.len());
        let start = rng.random_range(0..there.max(1));
        (0..count.min(there)).filter_map(move |turn| {
            let place = if there <= count {
                (start + turn) % there
            } else {
                rng.random_range(0..there)
            };
            self.peer(peers?.get_index(place)?)
        })
    }
}
