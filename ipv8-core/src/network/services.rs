//! Which services peers have, and the indexes of those that we run.
use crate::crypto::PublicKey;
use crate::packet::CommunityId;
use indexmap::{IndexMap, IndexSet};
use std::net::SocketAddr;

/// The services of one peer: a small sorted list.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceList(Vec<CommunityId>);

impl ServiceList {
    pub(super) fn has(&self, service: &CommunityId) -> bool {
        self.0.binary_search(service).is_ok()
    }

    /// Whether it was new.
    pub(super) fn add(&mut self, service: CommunityId) -> bool {
        match self.0.binary_search(&service) {
            Ok(_) => false,
            Err(place) => {
                // Most peers have one or two services: no spare room for four.
                self.0.reserve_exact(1);
                self.0.insert(place, service);
                true
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = CommunityId> + '_ {
        self.0.iter().copied()
    }
}

/// What is indexed for a service that an overlay of ours runs.
#[derive(Clone, Debug, Default)]
pub(super) struct LocalService {
    /// The verified peers that have it.
    pub(super) peers: IndexSet<PublicKey>,
    /// The addresses that are walkable for it.
    pub(super) walkable: IndexSet<SocketAddr>,
}

/// Services of keys that are no verified peer (protocol 6: discover_services works for them): the latest few of them.
#[derive(Clone, Debug, Default)]
pub(super) struct UnverifiedServices(IndexMap<PublicKey, ServiceList>);

impl UnverifiedServices {
    pub(super) fn get(&self, key: &PublicKey) -> Option<&ServiceList> {
        self.0.get(key)
    }

    pub(super) fn has(&self, key: &PublicKey, service: &CommunityId) -> bool {
        self.0.get(key).is_some_and(|list| list.has(service))
    }

    pub(super) fn entry(&mut self, key: &PublicKey) -> &mut ServiceList {
        self.0.entry(key.clone()).or_default()
    }

    pub(super) fn remove(&mut self, key: &PublicKey) -> Option<ServiceList> {
        self.0.shift_remove(key)
    }

    /// Removes the oldest one when there are more than `limit`.
    pub(super) fn pop_over(&mut self, limit: usize) -> Option<(PublicKey, ServiceList)> {
        if self.0.len() <= limit {
            return None;
        }
        self.0.shift_remove_index(0)
    }
}
