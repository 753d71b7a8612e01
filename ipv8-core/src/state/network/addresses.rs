//! The table of addresses: known addresses with their introducers, and the verified peers at
//! addresses.
use super::idle::{IdleAddresses, Introducer, Provider};
use super::owners::{Owners, OwnersId, Shared};
use super::record::Record;
use super::services::Verified;
use super::slab::Slab;
use super::table::{Keyed, Moved, Table};
use crate::crypto::PublicKey;
use crate::wire::packet::CommunityId;
use indexmap::IndexSet;
use std::collections::HashMap;
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

/// An address that is known, or has owners, or both. Each verified peer has two or three, so every
/// byte counts.
#[derive(Clone, Debug)]
struct Slot<A> {
    address: A,
    state: State,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// The number of a record, or one of the two constants below.
    record: u32,
    owners: OwnersId,
    /// The age order of known addresses, in 48 bits: enough for nine years at a million per second.
    age: (u32, u16),
}

/// Not known.
const UNKNOWN: u32 = u32::MAX;
/// [`Record::BARE`], the record of most verified peers that contacted us first.
const BARE: u32 = u32::MAX - 1;

static BARE_RECORD: Record = Record::BARE;

impl<A: std::hash::Hash + Eq> Keyed for Slot<A> {
    type Key = A;

    fn key(&self) -> &A {
        &self.address
    }
}

impl State {
    const NEW: Self = Self {
        record: UNKNOWN,
        owners: OwnersId::NONE,
        age: (0, 0),
    };

    fn age(&self) -> u64 {
        u64::from(self.age.0) | u64::from(self.age.1) << 32
    }

    #[allow(clippy::cast_possible_truncation)]
    fn set_age(&mut self, age: u64) {
        self.age = (age as u32, (age >> 32) as u16);
    }
}

/// The addresses that one key introduced.
#[derive(Clone, Debug)]
struct Introduced {
    /// The provider of the key's address when it introduced the first of them.
    provider: Provider,
    addresses: IndexSet<SocketAddr>,
}

/// All addresses, each once, with the indexes derived from them.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressTable {
    v4: Table<Slot<SocketAddrV4>>,
    v6: Table<Slot<SocketAddrV6>>,
    records: Slab<Record>,
    shared: Slab<Shared>,
    known: usize,
    next_age: u64,
    introduced: HashMap<PublicKey, Introduced>,
    idle: IdleAddresses,
}

impl AddressTable {
    fn state(&self, address: &SocketAddr) -> Option<&State> {
        match address {
            SocketAddr::V4(address) => self.v4.get(address).map(|slot| &slot.state),
            SocketAddr::V6(address) => self.v6.get(address).map(|slot| &slot.state),
        }
    }

    fn state_mut(&mut self, address: &SocketAddr) -> Option<&mut State> {
        match address {
            SocketAddr::V4(address) => self.v4.get_mut(address).map(|slot| &mut slot.state),
            SocketAddr::V6(address) => self.v6.get_mut(address).map(|slot| &mut slot.state),
        }
    }

    /// Returns the state of an address, which is added if missing.
    fn state_or_new(&mut self, address: SocketAddr) -> Option<&mut State> {
        let state = State::NEW;
        match address {
            SocketAddr::V4(address) => {
                let place = self.v4.insert(Slot { address, state })?;
                self.v4.at_mut(place).map(|slot| &mut slot.state)
            }
            SocketAddr::V6(address) => {
                let place = self.v6.insert(Slot { address, state })?;
                self.v6.at_mut(place).map(|slot| &mut slot.state)
            }
        }
    }

    fn take_out(&mut self, address: &SocketAddr) {
        match address {
            SocketAddr::V4(address) => drop(self.v4.swap_remove(address)),
            SocketAddr::V6(address) => drop(self.v6.swap_remove(address)),
        }
    }

    pub(super) fn record(&self, address: &SocketAddr) -> Option<&Record> {
        self.record_of(self.state(address)?)
    }

    fn record_of(&self, state: &State) -> Option<&Record> {
        match state.record {
            UNKNOWN => None,
            BARE => Some(&BARE_RECORD),
            number => self.records.get(number),
        }
    }

    /// Returns the record of a known address, for changes.
    fn record_mut(&mut self, address: &SocketAddr) -> Option<&mut Record> {
        let mut number = self.state(address)?.record;
        if number == BARE {
            number = self.records.insert(Record::BARE, BARE)?;
            self.state_mut(address)?.record = number;
        }
        self.records.get_mut(number)
    }

    /// Returns the record and the owners in one look-up.
    pub(super) fn record_and_owners(&self, address: &SocketAddr) -> Option<(&Record, Owners<'_>)> {
        let state = self.state(address)?;
        Some((self.record_of(state)?, state.owners.get(&self.shared)))
    }

    pub(super) fn owners(&self, address: &SocketAddr) -> Owners<'_> {
        let state = self.state(address);
        state.map_or(Owners::None, |state| state.owners.get(&self.shared))
    }

    /// Records that `address`, if known, was introduced for `service`, which is registered.
    pub(super) fn want(&mut self, address: &SocketAddr, service: CommunityId) {
        if let Some(record) = self.record_mut(address) {
            record.want(service);
        }
    }

    /// Records that no peer of `service`, which is registered, is at `address`, if that is known.
    pub(super) fn give_up(&mut self, address: &SocketAddr, service: CommunityId) {
        if let Some(record) = self.record_mut(address) {
            record.give_up(service);
        }
    }

    /// Forgets `service`, which is no longer registered.
    pub(super) fn forget_service(&mut self, service: &CommunityId) {
        for record in self.records.values_mut() {
            record.forget_service(service);
        }
    }

    /// Returns the known addresses, in no particular order.
    pub(super) fn known(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let v4 = self.v4.iter();
        let v4 = v4.filter(|slot| slot.state.record != UNKNOWN);
        let v6 = self.v6.iter();
        let v6 = v6.filter(|slot| slot.state.record != UNKNOWN);
        v4.map(|slot| SocketAddr::V4(slot.address))
            .chain(v6.map(|slot| SocketAddr::V6(slot.address)))
    }

    pub(super) fn known_count(&self) -> usize {
        self.known
    }

    pub(super) fn introduced_by(&self, key: &PublicKey) -> Option<&IndexSet<SocketAddr>> {
        self.introduced
            .get(key)
            .map(|introduced| &introduced.addresses)
    }

    fn provider_of(&self, introducer: &Introducer) -> Provider {
        self.introduced.get(introducer.as_ref()?)?.provider
    }

    pub(super) fn idle(&self) -> &IdleAddresses {
        &self.idle
    }

    /// Makes `address` known, or replaces its record. `provider` is that of the introducer.
    pub(super) fn insert(&mut self, address: SocketAddr, record: Record, provider: Provider) {
        self.forget(&address);
        let age = self.next_age;
        let introducer = record.introducer.clone();
        let number = match record.is_empty() {
            true => BARE,
            false => self.records.insert(record, BARE).unwrap_or(BARE),
        };
        let Some(state) = self.state_or_new(address) else {
            self.records.remove(number);
            return;
        };
        state.set_age(age);
        state.record = number;
        let is_idle = state.owners.is_empty();
        self.next_age += 1;
        self.known += 1;
        if let Some(key) = &introducer {
            let introduced = self.introduced.entry(key.clone()).or_insert(Introduced {
                provider,
                addresses: IndexSet::new(),
            });
            introduced.addresses.insert(address);
        }
        if is_idle {
            let provider = self.provider_of(&introducer);
            self.idle.insert(&introducer, provider, age, address);
        }
    }

    /// Makes `address` unknown; its owners stay. Returns `true` if it was known.
    pub(super) fn forget(&mut self, address: &SocketAddr) -> bool {
        let Some(state) = self.state_mut(address) else {
            return false;
        };
        let number = std::mem::replace(&mut state.record, UNKNOWN);
        let (age, is_idle) = (state.age(), state.owners.is_empty());
        if number == UNKNOWN {
            return false;
        }
        self.known -= 1;
        let record = self.records.remove(number);
        let introducer = record.and_then(|record| record.introducer);
        if is_idle {
            self.idle.remove(&introducer, age);
            self.take_out(address);
        }
        if let Some(key) = &introducer
            && let Some(introduced) = self.introduced.get_mut(key)
        {
            introduced.addresses.swap_remove(address);
            if introduced.addresses.is_empty() {
                self.introduced.remove(key);
            }
        }
        true
    }

    /// Adds the verified peer at `place` to the owners of `address`.
    pub(super) fn add_owner(&mut self, address: SocketAddr, place: u32, peers: &Table<Verified>) {
        let Some(state) = self.state_or_new(address).copied() else {
            return;
        };
        let owners = state.owners.with(place, &mut self.shared, peers);
        self.set_owners(&address, state, owners);
    }

    /// Removes the verified peer at `place` from the owners of `address`.
    pub(super) fn remove_owner(
        &mut self,
        address: &SocketAddr,
        place: u32,
        peers: &Table<Verified>,
    ) {
        let Some(state) = self.state(address).copied() else {
            return;
        };
        let owners = state.owners.without(place, &mut self.shared, peers);
        self.set_owners(address, state, owners);
    }

    /// Sets the owners of `address`, whose state was `state`, and updates the indexes.
    fn set_owners(&mut self, address: &SocketAddr, state: State, owners: OwnersId) {
        let (was_idle, is_idle) = (state.owners.is_empty(), owners.is_empty());
        if is_idle && state.record == UNKNOWN {
            self.take_out(address);
            return;
        }
        if let Some(changed) = self.state_mut(address) {
            changed.owners = owners;
        }
        if was_idle == is_idle || state.record == UNKNOWN {
            return;
        }
        let record = self.records.get(state.record);
        let introducer = record.and_then(|record| record.introducer.clone());
        let provider = self.provider_of(&introducer);
        match is_idle {
            true => self
                .idle
                .insert(&introducer, provider, state.age(), *address),
            false => self.idle.remove(&introducer, state.age()),
        }
    }

    /// Records that a verified peer at `address` gained `service`.
    pub(super) fn gained(&mut self, address: &SocketAddr, service: CommunityId) {
        if let Some(state) = self.state(address).copied() {
            state.owners.gained(service, &mut self.shared);
        }
    }

    /// Records that a verified peer at `address` lost `service`.
    pub(super) fn lost(&mut self, address: &SocketAddr, service: CommunityId) {
        if let Some(state) = self.state(address).copied() {
            state.owners.lost(service, &mut self.shared);
        }
    }

    /// Returns the number of bytes that the tables have allocated.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.v4.allocated() + self.v6.allocated()
    }

    /// Records that a verified peer at `address` moved in the table of peers.
    pub(super) fn renumber(&mut self, address: &SocketAddr, moved: Moved) {
        if let Some(state) = self.state_mut(address) {
            state.owners = state.owners.renumbered(moved.from, moved.to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_stay_small() {
        assert!(size_of::<Slot<SocketAddrV4>>() <= 24);
        assert!(size_of::<Slot<SocketAddrV6>>() <= 48);
        assert!(size_of::<Option<Record>>() <= 40);
    }
}
