//! Puncture requests are unsigned and come from anywhere: what strangers, peers and trackers can
//! make a node send.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::EngineConfig;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_puncture};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::{ABUSABLE, SPECIAL, SPECIAL_IPV6, anywhere, by_address, most_within};

const SECOND: Duration = Duration::from_secs(1);
const REQUESTS: u32 = 100_000;
const SECONDS: u32 = 20;

/// A node without strategies and peers.
fn node() -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Quiet>(
        node,
        overlay_config(0),
        QuietId::default(),
        Strategies::new(),
    );
    (arena, node)
}

/// Like [`node`], with a peer.
fn node_and_peer() -> (Arena, usize, SocketAddr) {
    let (mut arena, node) = node();
    let peer = arena.add_actor(Actor::new(1, apart(1)));
    arena.befriend(node, QUIET, &[peer]);
    arena.run_for(10 * SECOND);
    arena.sent.clear();
    (arena, node, apart(1))
}

/// Passes [`REQUESTS`] puncture requests to the node, evenly over [`SECONDS`].
fn flood(
    arena: &mut Arena,
    node: usize,
    from: impl Fn(u32) -> SocketAddr,
    target: impl Fn(u32) -> SocketAddr,
) {
    let forger = Forger::new(QUIET, 500);
    let (to, gap) = (arena.address(node), SECOND * SECONDS / REQUESTS);
    for number in 0..REQUESTS {
        let style = [Style::Old, Style::New][number as usize % 2];
        let target = target(number);
        let request = forger.puncture_request(style, target, target, 7);
        arena.inject(from(number), to, &request);
        arena.run_for(gap);
    }
}

#[test]
fn a_hundred_thousand_requests_of_strangers_cause_five_datagrams_a_second() {
    let (mut arena, node) = node();
    flood(&mut arena, node, anywhere, |number| anywhere(number + 1));
    let times: Vec<_> = arena.sent.iter().map(|sent| sent.at).collect();
    let allowed = 5 * (SECONDS as usize + 1);
    assert!(times.len() <= allowed, "{} of {allowed}", times.len());
    // Five and as many that were saved up.
    let most = most_within(SECOND, times);
    assert!(most <= 10, "{most} in one second");
}

#[test]
fn strangers_cannot_aim_more_than_one_datagram_in_five_seconds_at_a_target() {
    let (mut arena, node) = node();
    let victim = address("31.9.9.9:4000");
    flood(&mut arena, node, anywhere, |_| victim);
    let to_victim = by_address(&arena.sent).remove(&victim).unwrap_or_default();
    let most = most_within(SECOND * 5, to_victim);
    assert!(most <= 1, "{most} in five seconds");
}

#[test]
fn a_peer_causes_two_punctures_a_second_and_one_to_a_target_in_five_seconds() {
    let (mut arena, node, peer) = node_and_peer();
    let start = arena.sent.len();
    let target = |number: u32| match number % 4 {
        0 => address("31.9.9.9:4000"),
        _ => anywhere(number),
    };
    flood(&mut arena, node, |_| peer, target);
    let punctures: Vec<_> = arena.sent[start..]
        .iter()
        .filter(|sent| is_puncture(sent.id()))
        .cloned()
        .collect();
    let count = punctures.len();
    let allowed = 2 * (SECONDS as usize + 2);
    assert!((20..=allowed).contains(&count), "{count} of {allowed}");
    for (target, times) in by_address(&punctures) {
        let most = most_within(SECOND * 5, times);
        assert!(most <= 1, "{most} in five seconds to {target}");
    }
}

#[test]
fn a_peers_request_is_carried_out_while_strangers_flood() {
    let (mut arena, node, peer) = node_and_peer();
    let forger = Forger::new(QUIET, 500);
    let to = arena.address(node);
    let mut wanted = Vec::new();
    for number in 0..20_000 {
        let target = anywhere(number);
        let request = forger.puncture_request(Style::Old, target, target, 7);
        arena.inject(anywhere(number + 9), to, &request);
        if number % 1_000 == 500 {
            let target = apart(100 + u16::try_from(number / 1_000).expect("small"));
            let request = forger.puncture_request(Style::Old, target, target, 7);
            arena.inject(peer, to, &request);
            wanted.push(target);
        }
        arena.run_for(SECOND / 1_000);
    }
    let sent = by_address(&arena.sent);
    let done = wanted.iter().filter(|target| sent.contains_key(target));
    assert_eq!(done.count(), wanted.len());
}

/// The LAN address of some requests: a public one.
const ELSEWHERE: &str = "31.9.9.9:4000";

/// Passes two requests for each target to the node, from `from`, and lets the budgets recover after
/// each. Returns the addresses that the node punctured for, without [`ELSEWHERE`].
fn punctured<'a>(
    arena: &mut Arena,
    node: usize,
    from: SocketAddr,
    targets: impl IntoIterator<Item = &'a str>,
) -> Vec<SocketAddr> {
    let forger = Forger::new(QUIET, 500);
    let to = arena.address(node);
    arena.sent.clear();
    for target in targets {
        let target = address(target);
        let style = if target.is_ipv4() {
            Style::Old
        } else {
            Style::New
        };
        for lan in [target, address(ELSEWHERE)] {
            let request = forger.puncture_request(style, lan, target, 7);
            arena.inject(from, to, &request);
            arena.run_for(SECOND * 6);
        }
    }
    let punctures = arena.sent.iter().filter(|sent| is_puncture(sent.id()));
    let targets = punctures.map(|sent| sent.to);
    targets.filter(|to| *to != address(ELSEWHERE)).collect()
}

#[test]
fn nothing_goes_to_special_ranges_whoever_asks() {
    let (mut arena, node, peer) = node_and_peer();
    for from in [address("31.5.5.5:4000"), peer] {
        let sent = punctured(&mut arena, node, from, SPECIAL);
        assert_eq!(sent, [], "asked by {from}");
    }
    let sent = punctured(&mut arena, node, peer, ["31.66.6.6:4000"]);
    assert!(!sent.is_empty(), "a public address is punctured for");
}

#[test]
fn nothing_goes_to_special_ranges_of_ipv6() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let at = address("[2a01:4f8:1::1]:8090");
    let node = arena.add_engine(at, address("20.1.1.1:8090"), &EngineConfig::new([1; 32]));
    arena.add_overlay::<Quiet>(
        node,
        overlay_config(0),
        QuietId::default(),
        Strategies::new(),
    );
    let peer = address("[2a02:2e0:7::1]:8090");
    let actor = arena.add_actor(Actor::new(1, peer));
    arena.befriend(node, QUIET, &[actor]);
    arena.run_for(10 * SECOND);
    for from in [address("[2a03:77::1]:4000"), peer] {
        let sent = punctured(
            &mut arena,
            node,
            from,
            SPECIAL_IPV6.into_iter().chain(SPECIAL),
        );
        assert_eq!(sent, [], "asked by {from}");
    }
    let sent = punctured(&mut arena, node, peer, ["[2a02:100::1]:4000"]);
    assert!(!sent.is_empty(), "a public address is punctured for");
}

#[test]
fn nothing_goes_to_ports_that_are_abused_for_reflection() {
    let (mut arena, node, peer) = node_and_peer();
    let targets: Vec<_> = ABUSABLE
        .iter()
        .map(|port| format!("31.8.8.8:{port}"))
        .collect();
    for from in [address("31.5.5.5:4000"), peer] {
        let sent = punctured(&mut arena, node, from, targets.iter().map(String::as_str));
        assert_eq!(sent, [], "asked by {from}");
    }
}
