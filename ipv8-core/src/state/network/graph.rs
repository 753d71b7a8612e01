//! The graph itself and the simple questions to it.

use super::addresses::AddressTable;
use super::changes::{Changes, PeerChange};
use super::limits::{NetworkLimits, NetworkStats};
use super::services::{LocalService, SharedLists, UnverifiedServices, Verified};
use super::table::Table;
use crate::crypto::Mid;
use crate::support::hashing::{OwnState, StrangersState};
use crate::wire::packet::CommunityId;
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;

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
pub struct PeerGraph {
    pub(super) limits: NetworkLimits,
    pub(super) stats: NetworkStats,
    pub(super) addresses: AddressTable,
    pub(super) verified: Table<Verified>,
    pub(super) unverified: UnverifiedServices,
    pub(super) lists: SharedLists,
    /// How many pairs of a verified peer and a service that is not registered there are.
    pub(super) foreign_services: usize,
    pub(super) local: IndexMap<CommunityId, LocalService, OwnState>,
    /// The registered services by how many peers they have, the latest one last of several with as many.
    pub(super) by_size: BTreeSet<(usize, u64, CommunityId)>,
    pub(super) next_order: u64,
    pub(super) blacklist: HashSet<SocketAddr, StrangersState>,
    pub(super) blacklist_mids: HashSet<Mid, StrangersState>,
    pub(super) changes: Changes,
    /// How often it was asked whether an address is walkable for a service.
    #[cfg(test)]
    pub(super) checks: usize,
}

impl Default for PeerGraph {
    fn default() -> Self {
        Self::new(NetworkLimits::default())
    }
}

impl PeerGraph {
    /// A graph that knows nobody.
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
    pub fn stats(&self) -> &NetworkStats {
        &self.stats
    }

    /// Takes what changed since the last time, oldest first. Whoever drives the graph calls this after each input.
    pub fn take_changes(&mut self) -> Vec<PeerChange> {
        self.changes.take()
    }

    /// Whether [`PeerGraph::take_changes`] would give something.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    pub(super) fn changed(&mut self, change: PeerChange) {
        self.stats.changes_lost += self.changes.push(change);
    }

    /// Whether the address is blacklisted.
    pub fn is_blacklisted(&self, address: &SocketAddr) -> bool {
        self.blacklist.contains(address)
    }

    /// Whether the mid is blacklisted.
    pub fn is_blacklisted_mid(&self, mid: &Mid) -> bool {
        self.blacklist_mids.contains(mid)
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
}

/// Whether anything can be sent to the address.
pub(super) fn is_usable(address: &SocketAddr) -> bool {
    address.port() != 0 && !address.ip().is_unspecified()
}
