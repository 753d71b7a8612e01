//! A naive model of the graph: plain sets; everything else is recomputed each time.
use super::{key, now};
use crate::state::network::NetworkLimits;
use crate::state::network::providers::provider_of;
use crate::state::peer::Peer;
use crate::wire::host_group::HostGroup;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

pub(super) const KEYS: usize = 7;
pub(super) const SERVICES: u8 = 5;
pub(super) const ADDRESSES: [&str; 12] = [
    "1.0.0.1:1",
    "1.0.0.2:1",
    "1.0.0.3:1",
    "1.0.0.4:1",
    "1.0.0.5:1",
    "192.168.0.1:8090",
    "192.168.0.2:8090",
    "[2001:db8::1]:1",
    "[2001:db8::2]:1",
    "[::ffff:1.0.0.1]:1",
    "0.0.0.0:0",
    "1.0.0.6:0",
];

pub(super) fn limits() -> NetworkLimits {
    NetworkLimits {
        max_addresses: 5,
        max_addresses_per_introducer: 3,
        max_peers: 5,
        max_services_per_peer: 2,
        max_foreign_services: 4,
        max_unverified_keys: 2,
        max_pending_changes: 1000,
    }
}

#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) key: usize,
    pub(super) source: SocketAddr,
    pub(super) lan: Option<SocketAddr>,
    pub(super) new_style: bool,
}

impl Who {
    pub(super) fn peer(&self) -> Peer {
        let mut peer = Peer::new(key(self.key), self.source, now());
        if let Some(SocketAddr::V4(lan)) = self.lan {
            peer.set_lan_address(lan);
        }
        if self.new_style {
            peer.mark_new_style();
        }
        peer
    }
}

#[derive(Clone, Debug)]
pub(super) enum Operation {
    Discover(Who, SocketAddr, Option<u8>, bool),
    Verify(Who),
    Services(usize, Vec<u8>),
    Move(usize, SocketAddr),
    Freeze(usize, bool),
    RemovePeer(usize),
    RemoveAddress(SocketAddr),
    GiveUp(SocketAddr, u8),
    BlacklistAddress(SocketAddr),
    BlacklistMid(usize),
    Register(u8),
    Unregister(u8),
    Load(Vec<SocketAddr>),
}

pub(super) fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let address = || select(&ADDRESSES[..]).prop_map(|text| text.parse::<SocketAddr>().unwrap());
    let who = || {
        (
            0..KEYS,
            address(),
            prop::option::of(address()),
            any::<bool>(),
        )
            .prop_map(|(key, source, lan, new_style)| Who {
                key,
                source,
                lan,
                new_style,
            })
    };
    let services = || prop::collection::vec(0..SERVICES, 0..4);
    prop_oneof![
        12 => (who(), address(), prop::option::of(0..SERVICES), any::<bool>())
            .prop_map(|(who, address, service, style)| Discover(who, address, service, style)),
        6 => who().prop_map(Verify),
        8 => (0..KEYS, services()).prop_map(|(key, list)| Services(key, list)),
        3 => (0..KEYS, address()).prop_map(|(key, address)| Move(key, address)),
        1 => (0..KEYS, any::<bool>()).prop_map(|(key, frozen)| Freeze(key, frozen)),
        3 => (0..KEYS).prop_map(RemovePeer),
        3 => address().prop_map(RemoveAddress),
        4 => (address(), 0..SERVICES).prop_map(|(address, service)| GiveUp(address, service)),
        1 => address().prop_map(BlacklistAddress),
        1 => (0..KEYS).prop_map(BlacklistMid),
        3 => (0..SERVICES).prop_map(Register),
        1 => (0..SERVICES).prop_map(Unregister),
        2 => prop::collection::vec(address(), 0..4).prop_map(Load),
    ]
}

pub(super) struct Known {
    pub(super) introducer: Option<usize>,
    pub(super) service: Option<u8>,
    pub(super) new_style: bool,
    pub(super) age: usize,
    pub(super) also: BTreeSet<u8>,
    pub(super) given_up: BTreeSet<u8>,
}

pub(super) struct Entry {
    pub(super) peer: Peer,
    pub(super) owned: Vec<SocketAddr>,
    pub(super) services: BTreeSet<u8>,
}

#[derive(Default)]
pub(super) struct Model {
    pub(super) known: BTreeMap<SocketAddr, Known>,
    pub(super) verified: BTreeMap<usize, Entry>,
    pub(super) unverified: Vec<(usize, BTreeSet<u8>)>,
    pub(super) registered: BTreeSet<u8>,
    pub(super) blacklist: BTreeSet<SocketAddr>,
    pub(super) blacklist_mids: BTreeSet<usize>,
    pub(super) clock: usize,
    /// The provider of each introducer when it introduced its first known address.
    pub(super) providers: BTreeMap<Option<usize>, Option<HostGroup>>,
}

impl Model {
    pub(super) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Discover(who, address, service, new_style) => {
                let known = self.known.get(address);
                let introducer = known.and_then(|known| known.introducer);
                if introducer.is_none_or(|key| !self.verified.contains_key(&key)) {
                    let provider = provider_of(who.peer().address());
                    self.record(*address, Some(who.key), *service, *new_style, provider);
                } else if let Some(service) = service.filter(|one| self.registered.contains(one))
                    && !self.blacklist.contains(address)
                    && let Some(known) = self.known.get_mut(address)
                {
                    known.also.insert(service);
                    known.given_up.remove(&service);
                }
                self.verify(who.key, &who.peer());
            }
            Operation::Verify(who) => self.verify(who.key, &who.peer()),
            Operation::Services(key, list) => self.services(*key, list),
            Operation::Move(key, address) => self.change(*key, |peer| peer.add_address(*address)),
            Operation::Freeze(key, frozen) => self.change(*key, |peer| peer.set_frozen(*frozen)),
            Operation::RemovePeer(key) => self.remove_peer(*key),
            Operation::RemoveAddress(address) => {
                self.known.remove(address);
                let owners: Vec<_> = self.owners(address).collect();
                for key in owners {
                    self.drop_peer(key);
                }
            }
            Operation::GiveUp(address, service) => {
                if let Some(known) = self.known.get_mut(address)
                    && self.registered.contains(service)
                {
                    known.given_up.insert(*service);
                }
                let mut others = self.registered.iter().filter(|other| *other != service);
                let wanted = others.any(|other| self.walkable(*other).contains(address));
                if !wanted && self.owners(address).next().is_none() {
                    self.known.remove(address);
                }
            }
            Operation::BlacklistAddress(address) => {
                self.blacklist.insert(*address);
            }
            Operation::BlacklistMid(key) => {
                self.blacklist_mids.insert(*key);
                if self.verified.contains_key(key) {
                    self.remove_peer(*key);
                }
            }
            Operation::Register(service) => {
                self.registered.insert(*service);
            }
            Operation::Unregister(service) => {
                self.registered.remove(service);
                for known in self.known.values_mut() {
                    known.also.remove(service);
                    known.given_up.remove(service);
                }
            }
            Operation::Load(addresses) => {
                for address in addresses {
                    if !self.known.contains_key(address) {
                        self.record(*address, None, None, false, None);
                    }
                }
            }
        }
    }

    fn record(
        &mut self,
        address: SocketAddr,
        introducer: Option<usize>,
        service: Option<u8>,
        new_style: bool,
        provider: Option<HostGroup>,
    ) {
        let usable = address.port() != 0 && !address.ip().is_unspecified();
        if self.blacklist.contains(&address) || !usable {
            return;
        }
        self.known.remove(&address);
        self.clock += 1;
        let mut others = self.known.values();
        let is_first = !others.any(|other| other.introducer == introducer);
        if is_first || introducer.is_none() {
            self.providers.insert(introducer, provider);
        }
        let known = Known {
            introducer,
            service,
            new_style,
            age: self.clock,
            also: BTreeSet::new(),
            given_up: BTreeSet::new(),
        };
        self.known.insert(address, known);
        self.enforce(introducer);
    }

    fn idle(&self, introducer: Option<usize>) -> Vec<(usize, SocketAddr)> {
        let known = self.known.iter();
        let mut idle: Vec<_> = known
            .filter(|(address, known)| {
                known.introducer == introducer && self.owners(address).next().is_none()
            })
            .map(|(address, known)| (known.age, *address))
            .collect();
        idle.sort();
        idle
    }

    fn enforce(&mut self, introducer: Option<usize>) {
        let limits = limits();
        let own = self.idle(introducer);
        let share = limits.max_addresses_per_introducer;
        if introducer.is_some() && own.len() > share {
            for (_, address) in &own[..own.len() - share] {
                self.known.remove(address);
            }
        }
        loop {
            let introducers: BTreeSet<_> = self.known.values().map(|k| k.introducer).collect();
            let groups: Vec<_> = introducers.into_iter().map(|i| (self.idle(i), i)).collect();
            if groups.iter().map(|(idle, _)| idle.len()).sum::<usize>() <= limits.max_addresses {
                return;
            }
            let total = |provider| {
                let groups = groups.iter().filter(|(_, i)| self.providers[i] == provider);
                groups.map(|(idle, _)| idle.len()).sum::<usize>()
            };
            let rank = |(idle, i): &&(Vec<_>, Option<usize>)| {
                let provider = self.providers[i];
                (total(provider), provider, idle.len(), *i)
            };
            let largest = groups.iter().max_by_key(rank);
            self.known.remove(&largest.unwrap().0[0].1);
        }
    }

    pub(super) fn owners(&self, address: &SocketAddr) -> impl Iterator<Item = usize> {
        let verified = self.verified.iter();
        verified
            .filter(|(_, entry)| entry.owned.contains(address))
            .map(|(key, _)| *key)
    }

    fn verify(&mut self, key: usize, peer: &Peer) {
        if self.blacklist_mids.contains(&key) {
            return;
        }
        if self.verified.contains_key(&key) {
            return self.change(key, |known| known.merge(peer));
        }
        let addresses: Vec<_> = peer.proven_addresses().collect();
        let black = |address: &&SocketAddr| self.blacklist.contains(address);
        let mut white = addresses.iter().filter(|a| !black(a));
        let introduced = white.any(|a| self.known.contains_key(a));
        if !introduced && addresses.iter().any(|a| black(&a)) {
            return;
        }
        if self.verified.len() == limits().max_peers {
            return;
        }
        let place = self.unverified.iter().position(|(k, _)| *k == key);
        let listed = place.map(|place| self.unverified.remove(place).1);
        let entry = Entry {
            peer: peer.clone(),
            owned: addresses.clone(),
            services: BTreeSet::new(),
        };
        self.verified.insert(key, entry);
        self.services(key, &Vec::from_iter(listed.unwrap_or_default()));
        for address in addresses.into_iter().filter(|_| !introduced) {
            if !self.known.contains_key(&address) {
                self.record(address, None, None, false, None);
            }
        }
    }

    fn change(&mut self, key: usize, change: impl FnOnce(&mut Peer)) {
        let Some(entry) = self.verified.get_mut(&key) else {
            return;
        };
        let before: Vec<_> = entry.peer.proven_addresses().collect();
        change(&mut entry.peer);
        let after: Vec<_> = entry.peer.proven_addresses().collect();
        for address in before.iter().filter(|a| !after.contains(a)) {
            self.disown(key, address);
        }
        if let Some(entry) = self.verified.get_mut(&key) {
            entry.owned = after;
        }
    }

    fn disown(&mut self, key: usize, address: &SocketAddr) {
        if let Some(entry) = self.verified.get_mut(&key) {
            entry.owned.retain(|owned| owned != address);
        }
        if let Some(known) = self.known.get(address) {
            self.enforce(known.introducer);
        }
    }

    fn remove_peer(&mut self, key: usize) {
        self.unverified.retain(|(k, _)| *k != key);
        if let Some(entry) = self.verified.get(&key) {
            for address in entry.peer.proven_addresses() {
                self.known.remove(&address);
            }
        }
        self.drop_peer(key);
    }

    fn drop_peer(&mut self, key: usize) {
        if let Some(entry) = self.verified.get(&key) {
            for address in entry.peer.clone().proven_addresses() {
                self.disown(key, &address);
            }
        }
        self.verified.remove(&key);
    }

    pub(super) fn services_of(&self, key: usize) -> BTreeSet<u8> {
        let unverified = self.unverified.iter().find(|(k, _)| *k == key);
        let verified = self.verified.get(&key).map(|entry| &entry.services);
        let services = verified.or(unverified.map(|(_, services)| services));
        services.cloned().unwrap_or_default()
    }

    fn services(&mut self, key: usize, list: &[u8]) {
        for service in list {
            let has = self.services_of(key);
            let foreign = has.difference(&self.registered).count();
            let all = self.verified.values();
            let total: usize = all
                .map(|entry| entry.services.difference(&self.registered).count())
                .sum();
            let full = foreign >= limits().max_services_per_peer
                || (self.verified.contains_key(&key) && total >= limits().max_foreign_services);
            if has.contains(service) || (full && !self.registered.contains(service)) {
                continue;
            }
            if let Some(entry) = self.verified.get_mut(&key) {
                entry.services.insert(*service);
                continue;
            }
            match self.unverified.iter_mut().find(|(k, _)| *k == key) {
                Some((_, services)) => drop(services.insert(*service)),
                None => self.unverified.push((key, BTreeSet::from([*service]))),
            }
            if self.unverified.len() > limits().max_unverified_keys {
                self.unverified.remove(0);
            }
        }
    }

    pub(super) fn peers(&self, service: u8) -> BTreeSet<usize> {
        let verified = self.verified.iter();
        verified
            .filter(|(_, entry)| entry.services.contains(&service))
            .map(|(key, _)| *key)
            .collect()
    }

    pub(super) fn walkable(&self, service: u8) -> BTreeSet<SocketAddr> {
        let peers = self.peers(service);
        let known = self.known.iter();
        known
            .filter(|(address, known)| {
                let through = known.introducer.map(|key| self.services_of(key));
                let bare = known.introducer.is_none() && known.service.is_none();
                let free = self.owners(address).next().is_none();
                !self.blacklist.contains(address)
                    && !self.owners(address).any(|key| peers.contains(&key))
                    && !known.given_up.contains(&service)
                    && (known.service == Some(service)
                        || known.also.contains(&service)
                        || through.is_some_and(|services| services.contains(&service))
                        || (bare && free))
            })
            .map(|(address, _)| *address)
            .collect()
    }
}
