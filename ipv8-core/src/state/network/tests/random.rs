//! Applies random operations to the graph and to the model. After each one, both must give the
//! same answers.
use super::model::{KEYS, Model, Operation, SERVICES, limits, operation};
use super::{address, key, service};
use crate::crypto::PublicKey;
use crate::state::network::{PeerChange, PeerGraph};
use crate::wire::address::Address;
use crate::wire::packet::CommunityId;
use crate::wire::{Field, Writer};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;
use std::net::SocketAddr;

fn apply(network: &mut PeerGraph, operation: &Operation) {
    match operation {
        Operation::Discover(who, address, for_service, new_style) => {
            network.discover_address(&who.peer(), *address, for_service.map(service), *new_style)
        }
        Operation::Verify(who) => {
            let is_verified = network.add_verified_peer(&who.peer());
            assert_eq!(is_verified, network.is_verified(&key(who.key)));
        }
        Operation::Services(index, list) => {
            network.discover_services(&key(*index), list.iter().copied().map(service));
        }
        Operation::Move(index, address) => {
            network.peer_mut(&key(*index), |peer| peer.add_address(*address));
        }
        Operation::Freeze(index, frozen) => {
            network.peer_mut(&key(*index), |peer| peer.set_frozen(*frozen));
        }
        Operation::RemovePeer(index) => drop(network.remove_peer(&key(*index))),
        Operation::RemoveAddress(address) => drop(network.remove_address(address)),
        Operation::GiveUp(address, index) => drop(network.give_up(address, service(*index))),
        Operation::BlacklistAddress(address) => network.blacklist_address(*address),
        Operation::BlacklistMid(index) => network.blacklist_mid(key(*index).mid()),
        Operation::Register(index) => network.register_service(service(*index)),
        Operation::Unregister(index) => drop(network.unregister_service(service(*index))),
        Operation::Load(addresses) => {
            let mut writer = Writer::new();
            for address in addresses {
                Address::from(*address).pack(&mut writer).unwrap();
            }
            let loaded = network.load_snapshot(&writer.into_bytes());
            assert_eq!(loaded.malformed_at, None);
        }
    }
}

/// The verified peers and their services, as the reported changes describe them.
#[derive(Default)]
struct Told {
    verified: BTreeSet<PublicKey>,
    having: BTreeSet<(CommunityId, PublicKey)>,
}

impl Told {
    fn hear(&mut self, change: PeerChange) {
        let is_new = match change {
            PeerChange::Added(peer) => self.verified.insert(peer.key().clone()),
            PeerChange::Removed(peer) => self.verified.remove(peer.key()),
            PeerChange::ServiceAdded { service, peer } => {
                assert!(self.verified.contains(peer.key()), "added before its peer");
                self.having.insert((service, peer.key().clone()))
            }
            PeerChange::ServiceRemoved { service, peer } => {
                assert!(self.verified.contains(peer.key()), "removed after its peer");
                self.having.remove(&(service, peer.key().clone()))
            }
        };
        assert!(is_new, "a change is reported twice");
    }
}

fn compare(network: &PeerGraph, model: &Model, told: &Told, rng: &mut StdRng) {
    assert_eq!(network.verified_count(), model.verified.len());
    assert_eq!(told.verified.len(), model.verified.len());
    for (index, entry) in &model.verified {
        let peer = network.peer(&key(*index)).unwrap();
        assert!(told.verified.contains(peer.key()));
        let (real, wanted): (Vec<_>, Vec<_>) =
            (peer.addresses().collect(), entry.peer.addresses().collect());
        assert_eq!(real, wanted);
        assert_eq!(peer.is_new_style(), entry.peer.is_new_style());
    }
    compare_addresses(network, model);
    for index in 0..KEYS {
        let known = model.known.iter();
        let introduced: BTreeSet<_> = known
            .filter(|(_, known)| known.introducer == Some(index))
            .map(|(address, _)| *address)
            .collect();
        let real: BTreeSet<_> = network.introductions_from(&key(index)).collect();
        assert_eq!(real, introduced);
        let services: Vec<_> = network.services_for(&key(index)).collect();
        let wanted: Vec<_> = model.services_of(index).into_iter().map(service).collect();
        assert_eq!(services, wanted);
    }
    for index in 0..SERVICES {
        compare_service(network, model, told, index, rng);
    }
    assert_eq!(network.clone().load_snapshot(&network.snapshot()).names, []);
}

fn compare_addresses(network: &PeerGraph, model: &Model) {
    let real: BTreeSet<_> = network.addresses().collect();
    let known: BTreeSet<_> = model.known.keys().copied().collect();
    assert_eq!(real, known);
    assert_eq!(network.address_count(), known.len());
    for text in super::model::ADDRESSES {
        let address = address(text);
        let owners: BTreeSet<_> = network
            .all_verified_by_address(&address)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|peer| peer.key().clone())
            .collect();
        let wanted: BTreeSet<_> = model.owners(&address).map(key).collect();
        assert_eq!(owners, wanted);
        let one = network.verified_by_address(&address);
        assert_eq!(one.is_some(), !wanted.is_empty());
        assert!(one.is_none_or(|peer| wanted.contains(peer.key())));
        let new_style = model.known.get(&address).is_some_and(|k| k.new_style);
        assert_eq!(network.is_new_style(&address), new_style);
        assert_eq!(network.is_known(&address), known.contains(&address));
    }
}

fn compare_service(network: &PeerGraph, model: &Model, told: &Told, index: u8, rng: &mut StdRng) {
    let id = service(index);
    let peers: BTreeSet<_> = model.peers(index).into_iter().map(key).collect();
    let real: BTreeSet<_> = network
        .peers_for_service(id)
        .map(|peer| peer.key().clone())
        .collect();
    assert_eq!(real, peers);
    assert_eq!(network.peer_count(id), peers.len());
    let drawn = network.random_peer(id, rng);
    assert_eq!(drawn.is_some(), !peers.is_empty());
    assert!(drawn.is_none_or(|peer| peers.contains(peer.key())));
    if let Some(last) = peers.last() {
        let drawn = network.random_peer_where(id, rng, |peer| peer.key() == last);
        assert_eq!(drawn.map(|peer| peer.key()), Some(last));
    }
    let walkable = model.walkable(index);
    let real: BTreeSet<SocketAddr> = network.walkable_addresses(id).collect();
    assert_eq!(real, walkable);
    assert_eq!(network.walkable_count(id), walkable.len());
    let drawn = network.random_walkable(id, rng, |_| false);
    assert_eq!(drawn.is_some(), !walkable.is_empty());
    assert!(drawn.is_none_or(|address| walkable.contains(&address)));
    let is_registered = model.registered.contains(&index);
    assert_eq!(network.is_registered(id), is_registered);
    let heard: BTreeSet<_> = told.having.iter().filter(|(s, _)| *s == id).collect();
    let wanted = if is_registered { peers.len() } else { 0 };
    assert_eq!(heard.len(), wanted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_graph_always_agrees_with_the_model(operations in prop::collection::vec(operation(), 1..80)) {
        let mut network = PeerGraph::new(limits());
        let mut model = Model::default();
        let mut told = Told::default();
        let mut rng = StdRng::seed_from_u64(1);
        for operation in &operations {
            apply(&mut network, operation);
            model.apply(operation);
            for change in network.take_changes() {
                told.hear(change);
            }
            if let Operation::Unregister(index) = operation {
                told.having.retain(|(id, _)| *id != service(*index));
            }
            compare(&network, &model, &told, &mut rng);
        }
    }
}
