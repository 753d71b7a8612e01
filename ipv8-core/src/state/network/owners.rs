//! The verified peers at an address.
use super::services::{ServiceList, Verified};
use super::slab::Slab;
use super::table::Table;
use crate::crypto::PublicKey;
use crate::wire::packet::CommunityId;
use indexmap::IndexSet;
use std::collections::HashMap;

/// The verified peers that have one address in one of their slots, in four bytes. Usually there are
/// none or one, but any number of peers may claim the same LAN address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnersId(u32);

/// The peers of an [`OwnersId`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Owners<'a> {
    None,
    /// The index of the peer in the table of verified peers.
    One(u32),
    Many(&'a Shared),
}

/// Several peers at one address, with a count per service, so that no look-up passes over all of
/// them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    keys: IndexSet<PublicKey>,
    services: HashMap<CommunityId, usize>,
}

impl OwnersId {
    pub(super) const NONE: Self = Self(u32::MAX);
    const MANY: u32 = 1 << 31;

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Returns the id of one owner, at an index below the limit of peers.
    fn one(place: u32) -> Self {
        Self(place & !Self::MANY)
    }

    fn many(self) -> Option<u32> {
        let is_many = !self.is_empty() && self.0 & Self::MANY != 0;
        is_many.then_some(self.0 & !Self::MANY)
    }

    pub(super) fn get(self, shared: &Slab<Shared>) -> Owners<'_> {
        match self.many() {
            Some(number) => shared.get(number).map_or(Owners::None, Owners::Many),
            None if self.is_empty() => Owners::None,
            None => Owners::One(self.0),
        }
    }

    /// Adds the peer at `place`.
    pub(super) fn with(
        self,
        place: u32,
        shared: &mut Slab<Shared>,
        peers: &Table<Verified>,
    ) -> Self {
        if self.is_empty() || self == Self::one(place) {
            return Self::one(place);
        }
        if let Some(number) = self.many() {
            if let (Some(owners), Some(peer)) = (shared.get_mut(number), peers.at(place)) {
                owners.add(peer);
            }
            return self;
        }
        let mut owners = Shared::default();
        for peer in [self.0, place].into_iter().filter_map(|at| peers.at(at)) {
            owners.add(peer);
        }
        let number = shared.insert(owners, Self::MANY - 1);
        number.map_or(self, |number| Self(number | Self::MANY))
    }

    /// Removes the peer at `place`.
    pub(super) fn without(
        self,
        place: u32,
        shared: &mut Slab<Shared>,
        peers: &Table<Verified>,
    ) -> Self {
        let Some(number) = self.many() else {
            return match self == Self::one(place) {
                true => Self::NONE,
                false => self,
            };
        };
        let (Some(owners), Some(peer)) = (shared.get_mut(number), peers.at(place)) else {
            return self;
        };
        owners.remove(peer.peer.key(), &peer.services);
        if owners.keys.len() > 1 {
            return self;
        }
        let last = owners.keys.first().and_then(|key| peers.place_of(key));
        shared.remove(number);
        last.map_or(Self::NONE, Self::one)
    }

    /// Replaces the index `from` of a moved peer by `to`.
    pub(super) fn renumbered(self, from: u32, to: u32) -> Self {
        match self == Self::one(from) {
            true => Self::one(to),
            false => self,
        }
    }

    /// Records that an owner gained `service`.
    pub(super) fn gained(self, service: CommunityId, shared: &mut Slab<Shared>) {
        let owners = self.many().and_then(|number| shared.get_mut(number));
        if let Some(owners) = owners {
            *owners.services.entry(service).or_default() += 1;
        }
    }

    /// Records that an owner lost `service`.
    pub(super) fn lost(self, service: CommunityId, shared: &mut Slab<Shared>) {
        let owners = self.many().and_then(|number| shared.get_mut(number));
        if let Some(owners) = owners {
            owners.lose(service);
        }
    }
}

impl<'a> Owners<'a> {
    pub(super) fn is_empty(self) -> bool {
        matches!(self, Self::None)
    }

    /// Returns one of the owners: the same one until the owners change.
    pub(super) fn first(self, peers: &'a Table<Verified>) -> Option<&'a Verified> {
        match self {
            Self::None => None,
            Self::One(place) => peers.at(place),
            Self::Many(shared) => peers.get(shared.keys.first()?),
        }
    }

    pub(super) fn iter(
        self,
        peers: &'a Table<Verified>,
    ) -> impl Iterator<Item = &'a Verified> + use<'a> {
        let (one, many) = match self {
            Self::None => (None, None),
            Self::One(place) => (peers.at(place), None),
            Self::Many(shared) => (None, Some(shared.keys.iter())),
        };
        let many = many.into_iter().flatten();
        one.into_iter().chain(many.filter_map(|key| peers.get(key)))
    }

    /// Returns `true` if any owner has `service`.
    pub(super) fn serve(self, service: &CommunityId, peers: &Table<Verified>) -> bool {
        match self {
            Self::None => false,
            Self::One(place) => peers
                .at(place)
                .is_some_and(|peer| peer.services.has(service)),
            Self::Many(shared) => shared.services.contains_key(service),
        }
    }
}

impl Shared {
    fn add(&mut self, peer: &Verified) {
        if self.keys.insert(peer.peer.key().clone()) {
            for service in peer.services.iter() {
                *self.services.entry(service).or_default() += 1;
            }
        }
    }

    fn remove(&mut self, key: &PublicKey, services: &ServiceList) {
        if !self.keys.swap_remove(key) {
            return;
        }
        for service in services.iter() {
            self.lose(service);
        }
    }

    fn lose(&mut self, service: CommunityId) {
        if let Some(count) = self.services.get_mut(&service) {
            *count -= 1;
            if *count == 0 {
                self.services.remove(&service);
            }
        }
    }
}
