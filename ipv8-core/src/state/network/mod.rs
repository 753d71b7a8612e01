//! The graph of peers: which addresses are known and through whom, which peers are verified, who has which service.
//!
//! One per node, shared by its overlays. This file has the graph and the questions to it; what changes it is in `verified`
//! (peers), `known` (addresses) and `service` (services), all of which keep the indexes right as they go.
mod addresses;
mod changes;
mod fresh;
mod idle;
mod introductions;
mod known;
mod limits;
mod owners;
mod record;
mod sampling;
mod service;
mod services;
mod slab;
mod snapshot;
mod table;
mod verified;
mod walkable;

#[cfg(test)]
mod tests;

pub use changes::PeerChange;
pub use fresh::IntroducerId;
pub(crate) use introductions::Introductions;
pub use limits::{NetworkLimits, NetworkStats};
pub use snapshot::LoadedSnapshot;

use crate::crypto::{Mid, PublicKey};
use crate::state::peer::Peer;
use crate::support::hashing::{OwnState, StrangersState};
use crate::wire::packet::CommunityId;
use addresses::AddressTable;
use changes::Changes;
use indexmap::IndexMap;
use rand::{Rng, RngExt};
use services::{LocalService, ServiceList, SharedLists, UnverifiedServices};
use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;
use table::{Keyed, Table};

/// A verified peer and its services.
#[derive(Clone, Debug)]
struct Verified {
    peer: Peer,
    services: ServiceList,
}

impl Keyed for Verified {
    type Key = PublicKey;

    fn key(&self) -> &PublicKey {
        self.peer.key()
    }
}

/// The peer graph (protocol 6; py-ipv8's `Network`).
///
/// Counts, random peers and random walkable addresses of a *registered* service take the same time whatever the size; for
/// any other service they take one pass over all. Bounded by its [`NetworkLimits`].
///
/// Differs from py-ipv8 on purpose (protocol 16): a dropped peer can be verified again, and no look-up finds it (4);
/// addresses without introducer and service, as from a snapshot, are walkable for every service while no verified peer is at
/// them (6). Besides: addresses that nothing can be sent to (port 0, unspecified host) are never known, a blacklisted address is
/// never walkable and makes no peer verified even if it is known, looking up walkable addresses gives no one a service,
/// and frozen peers keep their addresses.
#[derive(Clone, Debug)]
pub struct Network {
    limits: NetworkLimits,
    counters: NetworkStats,
    addresses: AddressTable,
    verified: Table<Verified>,
    unverified: UnverifiedServices,
    lists: SharedLists,
    /// How many pairs of a verified peer and a service that is not registered there are.
    foreign_services: usize,
    local: IndexMap<CommunityId, LocalService, OwnState>,
    /// The registered services by how many peers they have, the latest one last of several with as many.
    by_size: BTreeSet<(usize, u64, CommunityId)>,
    next_order: u64,
    blacklist: HashSet<SocketAddr, StrangersState>,
    blacklist_mids: HashSet<Mid, StrangersState>,
    changes: Changes,
    /// How often it was asked whether an address is walkable for a service.
    #[cfg(test)]
    checks: usize,
}

impl Default for Network {
    fn default() -> Self {
        Self::new(NetworkLimits::default())
    }
}

impl Network {
    /// A graph that knows nobody.
    pub fn new(limits: NetworkLimits) -> Self {
        Self {
            counters: NetworkStats::default(),
            addresses: AddressTable::default(),
            verified: Table::default(),
            unverified: UnverifiedServices::default(),
            lists: SharedLists::default(),
            foreign_services: 0,
            local: IndexMap::default(),
            by_size: BTreeSet::new(),
            next_order: 0,
            blacklist: HashSet::default(),
            blacklist_mids: HashSet::default(),
            changes: Changes::new(limits.max_pending_changes),
            #[cfg(test)]
            checks: 0,
            limits,
        }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &NetworkLimits {
        &self.limits
    }

    /// What was turned away so far.
    pub fn counters(&self) -> &NetworkStats {
        &self.counters
    }

    /// Takes what changed since the last time, oldest first. Whoever drives the graph calls this after each input.
    pub fn take_changes(&mut self) -> Vec<PeerChange> {
        self.changes.take()
    }

    /// Whether [`Network::take_changes`] would give something.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    fn changed(&mut self, change: PeerChange) {
        self.counters.changes_lost += self.changes.push(change);
    }

    /// Whether the address is blacklisted.
    pub fn is_blacklisted(&self, address: &SocketAddr) -> bool {
        self.blacklist.contains(address)
    }

    /// Whether the mid is blacklisted.
    pub fn is_blacklisted_mid(&self, mid: &Mid) -> bool {
        self.blacklist_mids.contains(mid)
    }

    /// The verified peer with this key.
    pub fn peer(&self, key: &PublicKey) -> Option<&Peer> {
        self.verified.get(key).map(|entry| &entry.peer)
    }

    /// Whether a verified peer has this key.
    pub fn is_verified(&self, key: &PublicKey) -> bool {
        self.verified.contains(key)
    }

    /// A verified peer that has `address` in any of its slots; one of them when there are several.
    pub fn verified_by_address(&self, address: &SocketAddr) -> Option<&Peer> {
        let owner = self.addresses.owners(address).first(&self.verified)?;
        Some(&owner.peer)
    }

    /// Every verified peer that has `address` in any of its slots: several when they share a LAN address.
    pub fn all_verified_by_address(&self, address: &SocketAddr) -> impl Iterator<Item = &Peer> {
        let owners = self.addresses.owners(address).iter(&self.verified);
        owners.map(|owner| &owner.peer)
    }

    /// All verified peers, in no particular order.
    pub fn verified_peers(&self) -> impl Iterator<Item = &Peer> {
        self.verified.iter().map(|entry| &entry.peer)
    }

    /// One verified peer, of whatever service, each with the same probability.
    pub fn random_verified_peer<R: Rng + ?Sized>(&self, rng: &mut R) -> Option<&Peer> {
        let count = self.verified.len();
        let chosen = if count == 0 {
            return None;
        } else {
            rng.random_range(0..count)
        };
        self.verified.get_index(chosen).map(|entry| &entry.peer)
    }

    /// Up to `count` different verified peers, of whatever service, in random order; each has the same probability. Costs as much as
    /// `count` draws.
    pub fn random_verified_peers<R: Rng + ?Sized>(
        &self,
        count: usize,
        rng: &mut R,
    ) -> impl Iterator<Item = &Peer> {
        let chosen = sampling::indexes(self.verified.len(), count, rng);
        let entries = chosen.into_iter().map(|at| self.verified.get_index(at));
        entries.flatten().map(|entry| &entry.peer)
    }

    /// How many peers are verified.
    pub fn verified_count(&self) -> usize {
        self.verified.len()
    }

    /// Whether the address is known: introduced, from a snapshot, or recorded with a verified peer.
    pub fn is_known(&self, address: &SocketAddr) -> bool {
        self.addresses.record(address).is_some()
    }

    /// Whether the address is known to understand new-style introduction messages, by what its introducer said.
    pub fn is_new_style(&self, address: &SocketAddr) -> bool {
        self.addresses
            .record(address)
            .is_some_and(|record| record.new_style)
    }

    /// All known addresses, in no particular order.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.addresses.known()
    }

    /// How many addresses are known.
    pub fn address_count(&self) -> usize {
        self.addresses.known_count()
    }

    /// The known addresses that this key introduced first, in no particular order.
    pub fn introductions_from(&self, key: &PublicKey) -> impl Iterator<Item = SocketAddr> + '_ {
        let introduced = self.addresses.introduced_by(key);
        introduced.into_iter().flatten().copied()
    }

    /// Up to `count` different ones of the known addresses that this key introduced first: all of them if there are no more, else
    /// chosen at random, each with the same probability. Costs as much as `count` draws.
    pub fn random_introductions_from<R: Rng + ?Sized>(
        &self,
        key: &PublicKey,
        count: usize,
        rng: &mut R,
    ) -> Vec<SocketAddr> {
        match self.addresses.introduced_by(key) {
            None => Vec::new(),
            Some(introduced) if introduced.len() <= count => introduced.iter().copied().collect(),
            Some(introduced) => {
                let chosen = sampling::indexes(introduced.len(), count, rng).into_iter();
                let chosen = chosen.filter_map(|at| introduced.get_index(at).copied());
                chosen.collect()
            }
        }
    }

    /// Whether the address is known, and this key introduced it first.
    pub fn is_introduced_by(&self, address: &SocketAddr, key: &PublicKey) -> bool {
        let record = self.addresses.record(address);
        record.is_some_and(|record| record.introducer.as_ref() == Some(key))
    }

    /// The services known for a key, verified or not, in ascending order.
    pub fn services_for(&self, key: &PublicKey) -> impl Iterator<Item = CommunityId> + '_ {
        self.service_list(key)
            .into_iter()
            .flat_map(ServiceList::iter)
    }

    fn service_list(&self, key: &PublicKey) -> Option<&ServiceList> {
        let verified = self.verified.get(key).map(|entry| &entry.services);
        verified.or_else(|| self.unverified.get(key))
    }

    /// Whether the key is known to have the service.
    pub fn has_service(&self, key: &PublicKey, service: CommunityId) -> bool {
        match self.verified.get(key) {
            Some(entry) => entry.services.has(&service),
            None => self.unverified.has(key, &service),
        }
    }

    /// How many verified peers have the service.
    pub fn peer_count(&self, service: CommunityId) -> usize {
        match self.local.get(&service) {
            Some(local) => local.peers.len(),
            None => self.peers_for_service(service).count(),
        }
    }

    /// The verified peers that have the service, in no particular order.
    pub fn peers_for_service(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        let local = self.local.get(&service);
        let indexed = local.into_iter().flat_map(|local| local.peers.iter());
        let all = self.verified.iter();
        let scanned = all.filter(move |entry| local.is_none() && entry.services.has(&service));
        indexed
            .filter_map(|key| self.peer(key))
            .chain(scanned.map(|entry| &entry.peer))
    }

    /// One verified peer that has the service, each with the same probability.
    pub fn random_peer<R: Rng + ?Sized>(&self, service: CommunityId, rng: &mut R) -> Option<&Peer> {
        self.random_peer_where(service, rng, |_| true)
    }

    /// One verified peer that has the service and is `wanted`, each with the same probability. Takes one pass over all of them
    /// only when hardly any is wanted.
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

    /// Up to `count` verified peers that have the service, in random order: all of them if there are no more than that, else as
    /// many independent draws, so that one may come twice. Nobody for a service that is not registered.
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

/// Whether anything can be sent to the address.
fn is_usable(address: &SocketAddr) -> bool {
    address.port() != 0 && !address.ip().is_unspecified()
}
