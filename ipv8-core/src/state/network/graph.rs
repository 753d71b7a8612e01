//! The graph itself and simple questions to it.

use super::addresses::AddressTable;
use super::changes::{Changes, PeerChange};
use super::limits::{NetworkLimits, NetworkStats};
use super::services::{LocalService, SharedLists, UnverifiedServices, Verified};
use super::table::Table;
use crate::crypto::{Mid, PublicKey};
use crate::support::hashing::{OwnState, StrangersState};
use crate::wire::packet::CommunityId;
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;

/// The peer graph (protocol 6; py-ipv8's `Network`).
///
/// For a *registered* service (one that an overlay of this node runs), counts, random peers and
/// random walkable addresses take constant time. For any other service they take one pass over
/// everything. The graph is bounded by its [`NetworkLimits`].
///
/// It differs from py-ipv8 on purpose (protocol 16):
///
/// - A dropped peer can be verified again, and no look-up finds it (4).
/// - Addresses without introducer and service, such as those of a snapshot, are walkable for every
///   service while no verified peer is at them (6).
/// - Addresses that nothing can be sent to (port 0, unspecified host) are never known.
/// - A blacklisted address is never walkable and verifies no peer, even if it is known.
/// - Looking up walkable addresses gives no key a service.
/// - Frozen peers keep their addresses.
#[derive(Clone, Debug)]
pub struct PeerGraph {
    pub(super) limits: NetworkLimits,
    pub(super) stats: NetworkStats,
    pub(super) addresses: AddressTable,
    pub(super) verified: Table<Verified>,
    pub(super) unverified: UnverifiedServices,
    pub(super) lists: SharedLists,
    /// The number of pairs of a verified peer and an unregistered service of it.
    pub(super) foreign_services: usize,
    pub(super) local: IndexMap<CommunityId, LocalService, OwnState>,
    /// The registered services by their number of peers; of several with the same number, the last
    /// registered one comes last.
    pub(super) by_size: BTreeSet<(usize, u64, CommunityId)>,
    pub(super) next_order: u64,
    pub(super) blacklist: HashSet<SocketAddr, StrangersState>,
    pub(super) blacklist_mids: HashSet<Mid, StrangersState>,
    pub(super) changes: Changes,
    /// The service whose overlay pings all peers that have it.
    pub(super) watched_by: Option<CommunityId>,
    /// Counts the checks of whether an address is walkable for a service.
    #[cfg(test)]
    pub(super) checks: usize,
}

impl Default for PeerGraph {
    fn default() -> Self {
        Self::new(NetworkLimits::default())
    }
}

impl PeerGraph {
    /// Returns an empty graph.
    pub fn new(limits: NetworkLimits) -> Self {
        Self {
            stats: NetworkStats::default(),
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
            watched_by: None,
            #[cfg(test)]
            checks: 0,
            limits,
        }
    }

    /// Notes that the overlay of this service pings all peers that have it.
    pub(crate) fn watch_with(&mut self, service: CommunityId) {
        self.watched_by = Some(service);
    }

    /// Returns `true` if the peer with this key is watched by pings.
    pub(crate) fn is_watched(&self, key: &PublicKey) -> bool {
        self.watched_by
            .is_some_and(|service| self.has_service(key, service))
    }

    /// Returns the limits.
    pub fn limits(&self) -> &NetworkLimits {
        &self.limits
    }

    /// Returns how much was refused or evicted so far.
    pub fn stats(&self) -> &NetworkStats {
        &self.stats
    }

    /// Removes and returns the changes since the last call, oldest first. The engine calls it after
    /// each input.
    pub fn take_changes(&mut self) -> Vec<PeerChange> {
        self.changes.take()
    }

    /// Returns `true` if [`PeerGraph::take_changes`] would return a change.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    pub(super) fn changed(&mut self, change: PeerChange) {
        self.stats.changes_lost += self.changes.push(change);
    }

    /// Returns `true` if the address is blacklisted.
    pub fn is_blacklisted(&self, address: &SocketAddr) -> bool {
        self.blacklist.contains(address)
    }

    /// Returns `true` if the mid is blacklisted.
    pub fn is_blacklisted_mid(&self, mid: &Mid) -> bool {
        self.blacklist_mids.contains(mid)
    }

    /// Returns `true` if the address is known: introduced, loaded from a snapshot, or an address of
    /// a verified peer.
    pub fn is_known(&self, address: &SocketAddr) -> bool {
        self.addresses.record(address).is_some()
    }

    /// Returns `true` if the peer at the address understands new-style introduction messages,
    /// according to its introducer.
    pub fn is_new_style(&self, address: &SocketAddr) -> bool {
        self.addresses
            .record(address)
            .is_some_and(|record| record.new_style)
    }

    /// Returns all known addresses, in no particular order.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.addresses.known()
    }

    /// Returns the number of known addresses.
    pub fn address_count(&self) -> usize {
        self.addresses.known_count()
    }
}

/// Returns `true` if a datagram can be sent to the address.
pub(super) fn is_usable(address: &SocketAddr) -> bool {
    address.port() != 0 && !address.ip().is_unspecified()
}
