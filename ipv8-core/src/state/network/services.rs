//! The services of peers, and the indexes of registered services.
use super::fresh::Fresh;
use super::providers::Providers;
use super::table::{Keyed, Table};
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use indexmap::{IndexMap, IndexSet};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;

/// Lists of at most this many services are stored once for all peers with the same services: a node
/// has few overlays, and most of its peers share one or two of them with it and have no others.
const SHARED: usize = 8;

/// The services of one peer: a small sorted list, shared with other peers that have the same
/// services.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceList(Option<Arc<Vec<CommunityId>>>);

impl ServiceList {
    fn as_slice(&self) -> &[CommunityId] {
        self.0.as_ref().map_or(&[], |list| list.as_slice())
    }

    pub(super) fn len(&self) -> usize {
        self.as_slice().len()
    }

    pub(super) fn has(&self, service: &CommunityId) -> bool {
        self.as_slice().binary_search(service).is_ok()
    }

    /// Adds a service. Returns `true` if it was new.
    pub(super) fn add(&mut self, service: CommunityId, lists: &mut SharedLists) -> bool {
        let Err(place) = self.as_slice().binary_search(&service) else {
            return false;
        };
        match &mut self.0 {
            Some(list) if list.len() >= SHARED => Arc::make_mut(list).insert(place, service),
            _ => {
                let mut list = Vec::with_capacity(self.len() + 1);
                list.extend_from_slice(self.as_slice());
                list.insert(place, service);
                self.0 = Some(lists.share(list));
            }
        }
        true
    }

    /// Removes a service.
    pub(super) fn remove(&mut self, service: CommunityId, lists: &mut SharedLists) {
        let left: Vec<_> = self.iter().filter(|one| *one != service).collect();
        self.0 = match left.len() {
            0 => None,
            1..=SHARED => Some(lists.share(left)),
            _ => Some(Arc::new(left)),
        };
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = CommunityId> + '_ {
        self.as_slice().iter().copied()
    }
}

/// The short lists of peers, each stored once.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedLists {
    lists: HashSet<Arc<Vec<CommunityId>>>,
    /// The number of lists at which unused ones are dropped.
    sweep_at: usize,
}

impl SharedLists {
    fn share(&mut self, list: Vec<CommunityId>) -> Arc<Vec<CommunityId>> {
        if let Some(known) = self.lists.get(&list) {
            return known.clone();
        }
        if self.lists.len() >= self.sweep_at {
            self.lists.retain(|list| Arc::strong_count(list) > 1);
            // Twice the number in use, so that a sweep visits each list at most twice on average.
            self.sweep_at = 2 * self.lists.len() + 16;
        }
        let list = Arc::new(list);
        self.lists.insert(list.clone());
        list
    }
}

/// The indexes of a registered service.
#[derive(Clone, Debug, Default)]
pub(super) struct LocalService {
    /// The verified peers that have it.
    pub(super) peers: Table<PublicKey>,
    /// The addresses that are walkable for it.
    pub(super) walkable: IndexSet<SocketAddr>,
    /// The newest introductions among them.
    pub(super) fresh: Fresh,
    /// The addresses that the overlay has blacklisted for itself.
    pub(super) banned: HashSet<SocketAddr>,
    /// The providers of its peers.
    pub(super) providers: Providers,
    /// The maximum number of its peers.
    pub(super) cap: Option<usize>,
    /// The peer that leaves for the next newcomer when the service is full, if a seat is open.
    pub(super) seat: Option<PublicKey>,
    /// The number of services registered before it.
    pub(super) order: u64,
}

/// A verified peer and its services.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    pub(super) peer: Peer,
    pub(super) services: ServiceList,
}

impl Keyed for Verified {
    type Key = PublicKey;

    fn key(&self) -> &PublicKey {
        self.peer.key()
    }
}

impl Keyed for PublicKey {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }
}

/// The services of the latest unverified keys (protocol 6: discover_services works for them).
#[derive(Clone, Debug, Default)]
pub(super) struct UnverifiedServices(IndexMap<PublicKey, ServiceList>);

impl UnverifiedServices {
    pub(super) fn get(&self, key: &PublicKey) -> Option<&ServiceList> {
        self.0.get(key)
    }

    pub(super) fn has(&self, key: &PublicKey, service: &CommunityId) -> bool {
        self.0.get(key).is_some_and(|list| list.has(service))
    }

    pub(super) fn add(&mut self, key: &PublicKey, service: CommunityId, lists: &mut SharedLists) {
        let list = self.0.entry(key.clone()).or_default();
        list.add(service, lists);
    }

    pub(super) fn remove(&mut self, key: &PublicKey) -> Option<ServiceList> {
        self.0.shift_remove(key)
    }

    /// Removes the oldest key if there are more than `limit`.
    pub(super) fn pop_over(&mut self, limit: usize) -> Option<(PublicKey, ServiceList)> {
        if self.0.len() <= limit {
            return None;
        }
        self.0.shift_remove_index(0)
    }
}
