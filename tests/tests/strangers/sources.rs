//! Messages from sources where no other node can be: our own address, and special ranges.
//! An attacker forges such a source to make a node send there.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::Forger;
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;

const SECOND: Duration = Duration::from_secs(1);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;

/// Addresses in special ranges.
const NOWHERE: [&str; 12] = [
    "169.254.169.254:4000",
    "100.100.100.200:4000",
    "0.1.2.3:4000",
    "0.0.0.0:4000",
    "192.0.0.1:4000",
    "192.0.2.1:4000",
    "198.18.0.1:4000",
    "198.51.100.1:4000",
    "203.0.113.1:4000",
    "224.0.0.1:4000",
    "240.0.0.1:4000",
    "255.255.255.255:4000",
];

/// A node with five peers that walks.
fn node() -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies.add::<RandomWalk>(20, |_| {});
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), strategies);
    let peers: Vec<_> = (1..=5)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, DISCOVERY, &peers);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    (arena, node)
}

/// Returns each kind of message that asks for an answer, from this source.
fn questions(from: SocketAddr, to: SocketAddr, number: u16) -> Vec<Vec<u8>> {
    let forger = Forger::new(DISCOVERY, 500 + number);
    vec![
        forger.request(Style::Old, to, from, number),
        forger.request(Style::New, to, from, number),
        forger.similarity_request(from, vec![DISCOVERY], number),
        forger.ping(number),
        forger.puncture_request(Style::Old, from, from, number),
    ]
}

/// Sends every question from this source, and returns the number of the node's datagrams to it.
fn caused(arena: &mut Arena, node: usize, source: SocketAddr) -> usize {
    let to = arena.address(node);
    for number in 0..3 {
        for question in questions(source, to, number) {
            arena.inject(source, to, &question);
            arena.run_for(SECOND * 6 / 5);
        }
    }
    arena.run_for(10 * SECOND);
    let sent = arena.sent.iter();
    let there = sent.filter(|sent| sent.machine == node && sent.to == source);
    there.count()
}

#[test]
fn a_stranger_in_the_internet_is_answered() {
    let (mut arena, node) = node();
    assert!(caused(&mut arena, node, address("45.1.1.1:4000")) >= 3 * 3);
}

#[test]
fn nothing_goes_to_sources_where_no_node_can_be() {
    for source in NOWHERE {
        let (mut arena, node) = node();
        let sent = caused(&mut arena, node, address(source));
        assert_eq!(sent, 0, "{source}");
        let dropped = arena.engine(node).stats().count(DropReason::OutOfScope);
        assert!(dropped >= 3 * 3, "{source}: {dropped}");
    }
}

#[test]
fn a_node_does_not_answer_itself() {
    let (mut arena, node) = node();
    let own = arena.address(node);
    assert_eq!(caused(&mut arena, node, own), 0);
    let dropped = arena.engine(node).stats().count(DropReason::OwnPacket);
    assert_eq!(dropped, 3 * 5);
}

#[test]
fn a_tracker_does_not_answer_itself() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let own = apart(0);
    arena.add_tracker(own, 0);
    for number in 0..10 {
        let forger = Forger::new(DISCOVERY, 500 + number);
        let request = forger.request(Style::Old, own, own, number);
        arena.inject(own, own, &request);
        arena.run_for(2 * SECOND);
    }
    assert_eq!(arena.sent.len(), 0);
}

#[test]
fn a_tracker_sends_nothing_to_sources_where_no_node_can_be() {
    for source in NOWHERE.map(address) {
        let mut arena = Arena::new(Duration::from_millis(20));
        let at = apart(0);
        arena.add_tracker(at, 0);
        let request = Forger::new(DISCOVERY, 500).request(Style::New, at, source, 1);
        arena.inject(source, at, &request);
        arena.run_for(20 * SECOND);
        assert_eq!(arena.sent.len(), 0, "{source}");
    }
}
