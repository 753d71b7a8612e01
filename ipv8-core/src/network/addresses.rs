//! The table of addresses: which are known and through whom, and which verified peers are at them.
use super::idle::{IdleAddresses, Introducer};
use super::owners::Owners;
use crate::crypto::PublicKey;
use crate::packet::CommunityId;
use indexmap::{IndexMap, IndexSet};
use std::collections::HashMap;
use std::net::SocketAddr;

/// What is known about a known address (py-ipv8's `WalkableAddress`).
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) introducer: Introducer,
    pub(super) service: Option<CommunityId>,
    pub(super) new_style: bool,
    /// Further services of ours that it was introduced for, and those that gave it up since. Both are bounded by how many we run.
    pub(super) also: Vec<CommunityId>,
    pub(super) given_up: Vec<CommunityId>,
}

impl Record {
    pub(super) fn new(
        introducer: Introducer,
        service: Option<CommunityId>,
        new_style: bool,
    ) -> Self {
        Self {
            introducer,
            service,
            new_style,
            also: Vec::new(),
            given_up: Vec::new(),
        }
    }

    /// It was introduced for `service`, which is one of ours.
    fn want(&mut self, service: CommunityId) {
        self.given_up.retain(|other| *other != service);
        if self.service != Some(service) && !self.also.contains(&service) {
            self.also.push(service);
        }
    }
}

/// An address that is known, or has owners, or both.
#[derive(Clone, Debug, Default)]
struct Slot {
    record: Option<Record>,
    /// Orders the known addresses by when they were recorded.
    age: u64,
    owners: Owners,
}

/// All addresses, each once, with the indexes that follow from them.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressTable {
    slots: IndexMap<SocketAddr, Slot>,
    known: usize,
    next_age: u64,
    introduced: HashMap<PublicKey, IndexSet<SocketAddr>>,
    idle: IdleAddresses,
}

impl AddressTable {
    pub(super) fn record(&self, address: &SocketAddr) -> Option<&Record> {
        self.slots.get(address)?.record.as_ref()
    }

    /// The record and the owners in one look-up.
    pub(super) fn record_and_owners(&self, address: &SocketAddr) -> Option<(&Record, &Owners)> {
        let slot = self.slots.get(address)?;
        Some((slot.record.as_ref()?, &slot.owners))
    }

    pub(super) fn owners(&self, address: &SocketAddr) -> Option<&Owners> {
        self.slots.get(address).map(|slot| &slot.owners)
    }

    /// Notes that `address`, if it is known, was introduced for `service`, which is one of ours.
    pub(super) fn want(&mut self, address: &SocketAddr, service: CommunityId) {
        let slot = self.slots.get_mut(address);
        if let Some(record) = slot.and_then(|slot| slot.record.as_mut()) {
            record.want(service);
        }
    }

    /// Notes that nobody of `service`, which is one of ours, is at `address`, if that is known.
    pub(super) fn give_up(&mut self, address: &SocketAddr, service: CommunityId) {
        let slot = self.slots.get_mut(address);
        if let Some(record) = slot.and_then(|slot| slot.record.as_mut())
            && !record.given_up.contains(&service)
        {
            record.given_up.push(service);
        }
    }

    /// `service` is none of ours any more.
    pub(super) fn forget_service(&mut self, service: &CommunityId) {
        for record in self
            .slots
            .values_mut()
            .filter_map(|slot| slot.record.as_mut())
        {
            record.also.retain(|other| other != service);
            record.given_up.retain(|other| other != service);
        }
    }

    /// The known addresses, in no particular order.
    pub(super) fn known(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let slots = self.slots.iter();
        slots
            .filter(|(_, slot)| slot.record.is_some())
            .map(|(address, _)| *address)
    }

    pub(super) fn known_count(&self) -> usize {
        self.known
    }

    pub(super) fn introduced_by(&self, key: &PublicKey) -> Option<&IndexSet<SocketAddr>> {
        self.introduced.get(key)
    }

    pub(super) fn idle(&self) -> &IdleAddresses {
        &self.idle
    }

    /// Makes `address` known, or known anew.
    pub(super) fn insert(&mut self, address: SocketAddr, record: Record) {
        self.forget(&address);
        if let Some(key) = &record.introducer {
            let introduced = self.introduced.entry(key.clone()).or_default();
            introduced.insert(address);
        }
        let slot = self.slots.entry(address).or_default();
        slot.age = self.next_age;
        self.next_age += 1;
        self.known += 1;
        if slot.owners.is_empty() {
            self.idle.insert(&record.introducer, slot.age, address);
        }
        slot.record = Some(record);
    }

    /// Makes `address` unknown; its owners stay. Whether it was known.
    pub(super) fn forget(&mut self, address: &SocketAddr) -> bool {
        let Some(slot) = self.slots.get_mut(address) else {
            return false;
        };
        let Some(record) = slot.record.take() else {
            return false;
        };
        self.known -= 1;
        if slot.owners.is_empty() {
            self.idle.remove(&record.introducer, slot.age);
            self.slots.swap_remove(address);
        }
        if let Some(key) = &record.introducer
            && let Some(introduced) = self.introduced.get_mut(key)
        {
            introduced.swap_remove(address);
            if introduced.is_empty() {
                self.introduced.remove(key);
            }
        }
        true
    }

    /// Changes the owners of `address` and keeps what follows from having some or none.
    pub(super) fn change_owners(&mut self, address: SocketAddr, change: impl FnOnce(&mut Owners)) {
        let slot = self.slots.entry(address).or_default();
        let was_idle = slot.owners.is_empty();
        change(&mut slot.owners);
        let is_idle = slot.owners.is_empty();
        match &slot.record {
            Some(record) if was_idle && !is_idle => self.idle.remove(&record.introducer, slot.age),
            Some(record) if is_idle && !was_idle => {
                self.idle.insert(&record.introducer, slot.age, address);
            }
            None if is_idle => {
                self.slots.swap_remove(&address);
            }
            _ => {}
        }
    }
}
