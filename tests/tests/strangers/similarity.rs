//! Similarity requests with a victim's address as their source.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use ipv8_core::wire::{Message, Style};
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::Forger;
use ipv8_tests::desk::{address, key, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};

use crate::bounds::bytes_to;

const SECOND: Duration = Duration::from_secs(1);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;

/// A node with the discovery community and `others` more overlays, which use `keys` keys in turn.
fn node(others: u8, keys: u16) -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), Strategies::new());
    for number in 0..others {
        let config = ipv8_core::engine::OverlayConfig::new(key(600 + u16::from(number) % keys));
        let id = QuietId(CommunityId::from_bytes([0x80 + number; 20]));
        arena.add_overlay::<Quiet>(node, config, id, Strategies::new());
    }
    let peers: Vec<_> = (1..=5)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, DISCOVERY, &peers);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    (arena, node)
}

/// Sends 20 similarity requests from a spoofed address, after `introductions` introduction
/// requests. Returns the most bytes that they may cause, and the bytes that they did.
fn spoof(
    arena: &mut Arena,
    node: usize,
    introductions: u16,
    gap: Duration,
    own_port: bool,
) -> (usize, usize) {
    let (to, victim) = (arena.address(node), address("31.9.9.9:4000"));
    let (mut introduced, mut asked) = (0, 0);
    for number in 0..introductions {
        let forger = Forger::new(DISCOVERY, 500);
        let request = forger.request(Style::Old, to, victim, number);
        introduced += request.len();
        arena.inject(victim, to, &request);
        arena.run_for(2 * SECOND);
    }
    for number in 0..20 {
        let port = victim.port() + if own_port { number } else { 0 };
        let forger = Forger::new(DISCOVERY, 500 + if own_port { number } else { 0 });
        let request = forger.similarity_request(victim, Vec::new(), number);
        asked += request.len();
        arena.inject(SocketAddr::new(victim.ip(), port), to, &request);
        arena.run_for(gap);
    }
    arena.run_for(30 * SECOND);
    let allowed = (introduced * 21 + asked * 11) / 10;
    (allowed, bytes_to(&arena.sent, victim.ip()))
}

fn assert_bounded(introductions: u16, own_port: bool) {
    // The discovery community is one of the overlays.
    for (others, keys) in [(1, 1), (19, 1), (4, 4), (19, 5)] {
        for gap in [SECOND * 11 / 10, SECOND / 10] {
            let (mut arena, node) = node(others, keys);
            let (allowed, caused) = spoof(&mut arena, node, introductions, gap, own_port);
            assert!(
                caused <= allowed,
                "{others} overlays with {keys} keys, one in {gap:?}: {caused} of {allowed} bytes"
            );
        }
    }
}

#[test]
fn a_similarity_request_of_a_stranger_causes_at_most_1_1_times_its_bytes() {
    assert_bounded(0, false);
}

#[test]
fn forged_introductions_first_do_not_change_that() {
    assert_bounded(1, false);
    assert_bounded(3, false);
}

#[test]
fn other_ports_and_keys_do_not_change_that() {
    assert_bounded(0, true);
    assert_bounded(1, true);
}

#[test]
fn a_peer_is_answered_once_a_second_for_each_key() {
    let (mut arena, node) = node(4, 4);
    let to = arena.address(node);
    arena.sent.clear();
    for number in 0..50 {
        let forger = Forger::new(DISCOVERY, 1);
        let request = forger.similarity_request(apart(1), Vec::new(), number);
        arena.inject(apart(1), to, &request);
        arena.run_for(SECOND / 10);
    }
    let answers = arena.sent.iter().filter(|sent| {
        sent.to == apart(1) && sent.id() == ipv8_core::internals::discovery::SimilarityResponse::ID
    });
    let answers = answers.count();
    assert!((5 * 5..=6 * 5).contains(&answers), "{answers}");
}
