//! Several whole nodes in virtual time: they find each other, agree, and repeat a run exactly.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::engine::Event;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{address, key};
use ipv8_tests::quiet::Quiet;
use ipv8_tests::sim::{QUIET, Sim};

const NODES: u16 = 30;
const TARGET: usize = 20;

fn at(number: u16) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, number.to_be_bytes()[1]], 2000 + number))
}

type Walk = fn(&mut Strategies<Quiet>, i32);

fn random(strategies: &mut Strategies<Quiet>, target: i32) {
    strategies.add::<RandomWalk>(target, |_| {});
}

fn edge(strategies: &mut Strategies<Quiet>, target: i32) {
    strategies.add::<EdgeWalk>(target, |_| {});
}

fn both(strategies: &mut Strategies<Quiet>, target: i32) {
    random(strategies, target);
    edge(strategies, target);
}

/// A tracker, which is machine 0, and nodes 1 to `nodes` that know it.
fn network(nodes: u16, seed: u8, target: i32, walk: Walk) -> Sim {
    let mut sim = Sim::new(Duration::from_millis(20));
    let tracker = at(0);
    sim.add_quiet_tracker(tracker, 0);
    for number in 1..=nodes {
        let mut strategies = Strategies::new();
        walk(&mut strategies, target);
        sim.add_node(at(number), number, seed, vec![tracker], strategies);
    }
    sim
}

fn all_reach(sim: &mut Sim, nodes: u16, target: usize) -> bool {
    (1..=usize::from(nodes)).all(|index| sim.peers(index) >= target)
}

/// Returns the number of datagrams that a node dropped, without the requests to puncture at an
/// address again within seconds.
fn refused(sim: &mut Sim, index: usize) -> u64 {
    let stats = sim.engine(index).stats();
    stats.dropped() - stats.count(DropReason::RateLimited)
}

#[test]
fn thirty_nodes_and_a_tracker_reach_their_targets_with_any_walk() {
    for (name, walk) in [("random", random as Walk), ("edge", edge), ("both", both)] {
        let mut sim = network(NODES, 1, 20, walk);
        let reached = sim.run_until(Duration::from_secs(120), |sim| {
            all_reach(sim, NODES, TARGET)
        });
        let peers: Vec<_> = (1..=usize::from(NODES))
            .map(|index| sim.peers(index))
            .collect();
        assert!(reached, "{name}: {peers:?} after {:?}", sim.time());
        for index in 1..=usize::from(NODES) {
            assert_eq!(refused(&mut sim, index), 0, "{name}: node {index}");
        }
    }
}

#[test]
fn nodes_list_all_others_but_neither_themselves_nor_the_tracker() {
    let mut sim = network(12, 2, -1, random);
    assert!(sim.run_until(Duration::from_secs(120), |sim| all_reach(sim, 12, 11)));
    sim.run_for(Duration::from_secs(1));
    for index in 1..=12 {
        let network = sim.engine(index).network();
        let listed: BTreeSet<_> = network
            .peers_for_service(QUIET)
            .map(Peer::key)
            .cloned()
            .collect();
        let others = (1..=12_u16).filter(|number| usize::from(*number) != index);
        let others: BTreeSet<_> = others
            .map(|number| key(number).public_key().clone())
            .collect();
        assert_eq!(listed, others, "node {index}");
        for peer in network.peers_for_service(QUIET) {
            let number = (1..=12).find(|number| key(*number).public_key() == peer.key());
            assert_eq!(
                peer.address(),
                at(number.expect("one of the nodes")),
                "node {index}"
            );
            assert!(peer.is_new_style());
        }
        let told = sim.events.iter().filter(|(_, machine, event)| {
            *machine == index && matches!(event, Event::PeerAdded { .. })
        });
        assert_eq!(told.count(), 11, "node {index}: each peer is reported once");
    }
}

#[test]
fn the_same_seeds_give_the_same_run_and_other_seeds_another() {
    let run = |seed: u8| {
        let mut sim = network(12, seed, 20, both);
        sim.run_for(Duration::from_secs(20));
        (sim.trace(), sim.sent.clone(), sim.events.len())
    };
    let first = run(1);
    for _ in 0..2 {
        assert_eq!(run(1), first);
    }
    assert_ne!(run(2).0, first.0);
}

#[test]
fn a_late_node_joins_and_makes_no_peer_of_a_dead_one() {
    let mut sim = network(8, 3, 20, random);
    assert!(sim.run_until(Duration::from_secs(60), |sim| all_reach(sim, 8, 7)));
    sim.unplug(8);
    let mut strategies = Strategies::new();
    random(&mut strategies, 20);
    let late = sim.add_node(at(9), 9, 3, vec![at(0)], strategies);
    assert!(sim.run_until(Duration::from_secs(60), |sim| sim.peers(late) == 7));
    sim.run_for(Duration::from_secs(30));
    assert_eq!(sim.peers(late), 7);
    let asked = sim.sent[&at(8)];
    assert!(asked < 400, "the dead node was asked {asked} times");
}

#[test]
fn an_address_that_does_not_answer_is_forgotten_after_the_timeout() {
    let mut sim = network(2, 4, -1, random);
    assert!(sim.run_until(Duration::from_secs(30), |sim| all_reach(sim, 2, 1)));
    let nowhere = address("20.9.9.9:9");
    let engine = sim.engine(1);
    let friend = engine
        .network()
        .peers_for_service(QUIET)
        .next()
        .cloned()
        .expect("a peer");
    engine
        .network_mut()
        .discover_address(&friend, nowhere, Some(QUIET), false);
    assert!(sim.run_until(Duration::from_secs(10), |sim| {
        sim.sent.contains_key(&nowhere)
    }));
    let asked = sim.time();
    let forgotten = |sim: &mut Sim| !sim.engine(1).network().is_known(&nowhere);
    assert!(sim.run_until(Duration::from_secs(10), forgotten));
    let waited = sim.time() - asked;
    let range = Duration::from_secs(3)..=Duration::from_millis(3500);
    assert!(range.contains(&waited), "{waited:?}");
    assert_eq!(sim.sent[&nowhere], 1);
}

#[test]
fn two_nodes_without_a_tracker_meet_by_a_snapshot() {
    let mut sim = Sim::new(Duration::from_millis(20));
    for number in [1, 2] {
        let mut strategies = Strategies::new();
        random(&mut strategies, 1);
        sim.add_node(at(number), number, 5, Vec::new(), strategies);
    }
    let mut snapshot = vec![1, 20, 0, 0, 2];
    snapshot.extend(at(2).port().to_be_bytes());
    let loaded = sim.engine(0).network_mut().load_snapshot(&snapshot);
    assert_eq!(loaded.added, 1);
    let met = |sim: &mut Sim| sim.peers(0) == 1 && sim.peers(1) == 1;
    assert!(sim.run_until(Duration::from_secs(10), met));
}

#[test]
fn nodes_far_apart_walk_as_well() {
    // One way takes longer than the request timeout: answers come late, but they still count.
    let mut sim = Sim::new(Duration::from_secs(2));
    sim.add_tracker(at(0), 0);
    for number in 1..=5 {
        let mut strategies = Strategies::new();
        random(&mut strategies, 20);
        sim.add_node(at(number), number, 6, vec![at(0)], strategies);
    }
    assert!(sim.run_until(Duration::from_secs(300), |sim| all_reach(sim, 5, 4)));
}

#[test]
fn keys_tell_nodes_apart_even_behind_one_address() {
    // A node comes back with another key. The old key stays a peer until it is removed, the address
    // belongs to both keys, and no node is introduced to itself.
    let mut sim = network(3, 7, 20, random);
    assert!(sim.run_until(Duration::from_secs(60), |sim| all_reach(sim, 3, 2)));
    sim.unplug(3);
    let mut strategies = Strategies::new();
    random(&mut strategies, 20);
    let again = sim.add_node(at(3), 33, 7, vec![at(0)], strategies);
    assert!(sim.run_until(Duration::from_secs(60), |sim| sim.peers(again) == 2));
    sim.run_for(Duration::from_secs(10));
    assert_eq!([1, 2].map(|index| sim.peers(index)), [3, 3]);
    assert_eq!(sim.engine(again).network().peer_count(QUIET), 2);
    let drops = refused(&mut sim, again);
    assert_eq!(drops, 0, "it received its own datagrams or bad ones");
}
