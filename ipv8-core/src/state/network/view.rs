//! The read-only face of the graph.

use super::graph::PeerGraph;
use super::limits::NetworkStats;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;

/// A read-only view of the graph of peers and addresses that the overlays of a node share
/// (protocol 6).
///
/// A community or a strategy gets it from [`Context::network`](crate::Context::network). Counting
/// peers and walkable addresses takes constant time for a service that an overlay of this node
/// runs, and one pass over all of them for any other service.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a>(&'a PeerGraph);

impl<'a> Network<'a> {
    /// Returns the verified peer with this key.
    #[must_use]
    pub fn peer(self, key: &PublicKey) -> Option<&'a Peer> {
        self.0.peer(key)
    }

    /// Returns `true` if a verified peer has this key.
    #[must_use]
    pub fn is_verified(self, key: &PublicKey) -> bool {
        self.0.is_verified(key)
    }

    /// Returns a verified peer that has this address; any of them if several have it.
    #[must_use]
    pub fn verified_by_address(self, address: &SocketAddr) -> Option<&'a Peer> {
        self.0.verified_by_address(address)
    }

    /// Returns all verified peers of all services, in no particular order.
    pub fn verified_peers(self) -> impl Iterator<Item = &'a Peer> {
        self.0.verified_peers()
    }

    /// Returns the number of verified peers of all services.
    #[must_use]
    pub fn verified_count(self) -> usize {
        self.0.verified_count()
    }

    /// Returns the verified peers that have the service, in no particular order.
    pub fn peers_for_service(self, service: CommunityId) -> impl Iterator<Item = &'a Peer> {
        self.0.peers_for_service(service)
    }

    /// Returns the number of verified peers that have the service.
    #[must_use]
    pub fn peer_count(self, service: CommunityId) -> usize {
        self.0.peer_count(service)
    }

    /// Returns the services that this key is known to have, in ascending order.
    pub fn services_for(self, key: &PublicKey) -> impl Iterator<Item = CommunityId> + use<'a> {
        self.0.services_for(key)
    }

    /// Returns `true` if the key, verified or not, is known to have the service.
    #[must_use]
    pub fn has_service(self, key: &PublicKey, service: CommunityId) -> bool {
        self.0.has_service(key, service)
    }

    /// Returns all known addresses, in no particular order.
    pub fn addresses(self) -> impl Iterator<Item = SocketAddr> + 'a {
        self.0.addresses()
    }

    /// Returns the number of known addresses.
    #[must_use]
    pub fn address_count(self) -> usize {
        self.0.address_count()
    }

    /// Returns `true` if the address is known: introduced, loaded from a snapshot, or an address
    /// of a verified peer.
    #[must_use]
    pub fn is_known(self, address: &SocketAddr) -> bool {
        self.0.is_known(address)
    }

    /// Returns the addresses that a strategy may walk to for the service, in no particular order.
    pub fn walkable_addresses(self, service: CommunityId) -> impl Iterator<Item = SocketAddr> + 'a {
        self.0.walkable_addresses(service)
    }

    /// Returns the number of addresses that a strategy may walk to for the service.
    #[must_use]
    pub fn walkable_count(self, service: CommunityId) -> usize {
        self.0.walkable_count(service)
    }

    /// Returns the known addresses that this key introduced first, in no particular order.
    pub fn introductions_from(self, key: &PublicKey) -> impl Iterator<Item = SocketAddr> + use<'a> {
        self.0.introductions_from(key)
    }

    /// Returns the preferred address of each verified peer, in wire format `address`.
    #[must_use]
    pub fn snapshot(self) -> Vec<u8> {
        self.0.snapshot()
    }

    /// Returns how much was refused or evicted so far because of a limit or a blacklist.
    #[must_use]
    pub fn stats(self) -> &'a NetworkStats {
        self.0.stats()
    }
}

impl PeerGraph {
    /// Returns the read-only view of this graph.
    #[must_use]
    pub fn view(&self) -> Network<'_> {
        Network(self)
    }
}
