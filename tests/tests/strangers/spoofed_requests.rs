//! Introduction requests with the victim's address as their source: how many bytes they cause
//! towards the victim, the third party's puncture included.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::internals::engine::EngineConfig;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_request};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::bytes_to;

const SECOND: Duration = Duration::from_secs(1);
const VICTIM: &str = "31.9.9.9:4000";
/// The most bytes to one address in a second.
const BYTES: usize = 20_000;

/// A node with ten peers and room for a thousand, and no strategy.
fn node() -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Quiet>(node, roomy(), QuietId::default(), Strategies::new());
    let peers: Vec<_> = (1..=10)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, QUIET, &peers);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    (arena, node)
}

/// An overlay that is never full, so that it always answers.
fn roomy() -> OverlayConfig {
    OverlayConfig {
        max_peers: Some(1_000),
        ..overlay_config(0)
    }
}

/// The bytes that a number of forged requests cost and caused.
#[derive(Debug)]
struct Cost {
    paid: usize,
    /// The answers and the punctures towards the victim's host.
    answers: usize,
    /// The same, with requests of ours to the victim.
    all: usize,
}

impl Cost {
    /// Returns `true` if `bytes` are at most 2.1 times the paid ones.
    fn covers(&self, bytes: usize) -> bool {
        bytes * 10 <= self.paid * 21
    }
}

/// Sends `count` requests, one in every `gap`, and waits for what they cause.
fn spoof(
    arena: &mut Arena,
    node: usize,
    count: u16,
    gap: Duration,
    forged: impl Fn(u16, SocketAddr) -> (SocketAddr, Vec<u8>),
) -> Cost {
    let to = arena.address(node);
    let (mut paid, mut victim) = (0, None::<IpAddr>);
    for number in 0..count {
        let (from, datagram) = forged(number, to);
        victim = Some(from.ip());
        paid += datagram.len();
        arena.inject(from, to, &datagram);
        arena.run_for(gap);
    }
    arena.run_for(30 * SECOND);
    let host = victim.expect("at least one");
    let all = bytes_to(&arena.sent, host);
    arena.sent.retain(|sent| !is_request(sent.id()));
    let answers = bytes_to(&arena.sent, host);
    Cost { paid, answers, all }
}

fn by_one_key(style: Style) -> impl Fn(u16, SocketAddr) -> (SocketAddr, Vec<u8>) {
    let forger = Forger::new(QUIET, 500);
    move |number, to| {
        let victim = address(VICTIM);
        (victim, forger.request(style, to, victim, number))
    }
}

#[test]
fn a_flood_from_one_spoofed_address_causes_at_most_20_kb_a_second_there() {
    for style in [Style::Old, Style::New] {
        let (mut arena, node) = node();
        // 5,000 requests in ten seconds.
        let cost = spoof(&mut arena, node, 5_000, SECOND / 500, by_one_key(style));
        assert!(cost.all <= 11 * BYTES, "{style:?}: {cost:?}");
    }
}

#[test]
fn other_keys_and_ports_do_not_raise_the_bound() {
    let (mut arena, node) = node();
    let cost = spoof(&mut arena, node, 5_000, SECOND / 500, |number, to| {
        let victim = SocketAddr::new(address(VICTIM).ip(), 2_000 + number);
        let forger = Forger::new(QUIET, 500 + number % 500);
        (victim, forger.request(Style::Old, to, victim, number))
    });
    assert!(cost.all <= 11 * BYTES, "{cost:?}");
    let (mut arena, node) = node_of_two_overlays();
    let cost = spoof(&mut arena, node, 5_000, SECOND / 500, |number, to| {
        let overlay = [QUIET, SECOND_ID][usize::from(number) % 2];
        let forger = Forger::new(overlay, 500 + number % 500);
        let victim = address(VICTIM);
        (victim, forger.request(Style::Old, to, victim, number))
    });
    assert!(cost.all <= 11 * BYTES, "two overlays: {cost:?}");
}

const SECOND_ID: CommunityId = CommunityId::from_bytes([0x77; 20]);

fn node_of_two_overlays() -> (Arena, usize) {
    let (mut arena, node) = node();
    let second = QuietId(SECOND_ID);
    arena.add_overlay::<Quiet>(node, roomy(), second, Strategies::new());
    let peers: Vec<_> = (11..=20)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, SECOND_ID, &peers);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    (arena, node)
}

#[test]
fn answers_and_punctures_are_at_most_2_1_times_the_requests() {
    for style in [Style::Old, Style::New] {
        for (count, gap) in [(1, SECOND), (20, SECOND * 2), (40, SECOND / 4)] {
            let (mut arena, node) = node();
            let cost = spoof(&mut arena, node, count, gap, by_one_key(style));
            assert!(
                cost.covers(cost.answers),
                "{style:?}, {count} in {gap:?}: {cost:?}"
            );
        }
    }
}

#[test]
fn with_our_own_requests_it_is_at_most_2_1_times_too() {
    for (count, gap) in [(1, SECOND), (20, SECOND * 2)] {
        let (mut arena, node) = node();
        let cost = spoof(&mut arena, node, count, gap, by_one_key(Style::Old));
        assert!(cost.covers(cost.all), "{count} in {gap:?}: {cost:?}");
    }
}

#[test]
fn with_a_walker_it_is_at_most_2_1_times_too() {
    for (count, gap) in [(1, SECOND), (20, SECOND * 2)] {
        let (mut arena, node) = node();
        let mut walk = Strategies::<Quiet>::new();
        walk.add::<RandomWalk>(20, |_| {});
        let second = QuietId(SECOND_ID);
        arena.add_overlay::<Quiet>(node, overlay_config(0), second, walk);
        let peers: Vec<_> = (11..=14)
            .map(|number| arena.add_actor(Actor::new(number, apart(number))))
            .collect();
        arena.befriend(node, SECOND_ID, &peers);
        arena.sent.clear();
        let cost = spoof(&mut arena, node, count, gap, |number, to| {
            let victim = address(VICTIM);
            let forger = Forger::new(SECOND_ID, 500);
            (victim, forger.request(Style::Old, to, victim, number))
        });
        assert!(cost.covers(cost.all), "{count} in {gap:?}: {cost:?}");
    }
}

/// Over IPv6 an answer is longer by the addresses in it, and a request need not be.
#[test]
fn ipv6_addresses_do_not_raise_the_factor() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let at = address("[2a01:4f8:1::1]:8090");
    let node = arena.add_engine(at, address("20.1.1.1:8090"), &EngineConfig::new([1; 32]));
    arena.add_overlay::<Quiet>(
        node,
        overlay_config(0),
        QuietId::default(),
        Strategies::new(),
    );
    let peers: Vec<_> = (1..=10)
        .map(|number| {
            let at = SocketAddr::from(([0x2a02, number, 1, 0, 0, 0, 0, 1], 4_000));
            arena.add_actor(Actor::new(number, at))
        })
        .collect();
    arena.befriend(node, QUIET, &peers);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    let forger = Forger::new(QUIET, 500);
    let cost = spoof(&mut arena, node, 20, SECOND * 2, |number, _| {
        let small = address("20.1.1.1:8090");
        let request = forger.request(Style::New, small, small, number);
        (address("[2a03:99::9]:4000"), request)
    });
    assert!(cost.covers(cost.answers), "{cost:?}");
}

/// The budgets protect victims, not the node from its peers.
#[test]
fn an_honest_stranger_is_answered_during_a_flood() {
    let (mut arena, node) = node();
    let to = arena.address(node);
    let forge = by_one_key(Style::Old);
    let honest = arena.add_actor(Actor::new(40, apart(40)));
    for number in 0..1_000 {
        let (from, datagram) = forge(number, to);
        arena.inject(from, to, &datagram);
        if number == 500 {
            let request = arena.actor(honest).request(QUIET, Style::Old, to, 7);
            arena.inject(apart(40), to, &request);
        }
        arena.run_for(SECOND / 500);
    }
    let answers = arena.sent.iter();
    let answers = answers.filter(|sent| sent.to == apart(40) && sent.from == to);
    assert!(answers.count() >= 1);
}
