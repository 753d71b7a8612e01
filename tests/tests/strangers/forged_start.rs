//! Forged requests at the start of a node, repeated for as long as it runs. They must neither stop
//! its walker nor shut honest peers out.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::{OverlayConfig, Strategies, StrategyStatus};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_request, is_response};
use ipv8_tests::desk::{key, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::anywhere;

const SECOND: Duration = Duration::from_secs(1);
const HONEST: u16 = 12;
const FORGED: u16 = 31;

/// What the honest part of the network saw.
#[derive(Debug)]
struct Outcome {
    /// The times until the node had each number of honest peers, from 1 on.
    found: Vec<Duration>,
    /// The requests of honest nodes to the node, and its answers to them.
    asked: usize,
    answered: usize,
    /// The honest nodes that list the node at the end.
    listed: usize,
    /// The peers that the node lists at the end.
    peers: usize,
    status: StrategyStatus,
    steps: u64,
}

fn walking(arena: &mut Arena, number: u16, bootstrap: bool) -> usize {
    walking_with(arena, number, bootstrap, 0)
}

fn walking_with(arena: &mut Arena, number: u16, bootstrap: bool, seed: u8) -> usize {
    let [_, own] = number.to_be_bytes();
    let node = arena.add_node(apart(number), own.wrapping_add(seed));
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(20, |_| {});
    let servers = bootstrap.then(|| apart(0));
    let config = OverlayConfig {
        bootstrappers: DispersyBootstrapper::new(servers).into(),
        ..overlay_config(number)
    };
    arena.add_overlay::<Quiet>(node, config, QuietId::default(), strategies);
    node
}

/// Runs a tracker, 12 honest nodes and one more for two minutes. The last one is attacked with
/// `count` forged requests, which come again every 20 seconds, or not at all.
fn run(count: Option<u16>, seed: u8) -> Outcome {
    let mut arena = Arena::new(Duration::from_millis(20));
    arena.add_tracker(apart(0), 0);
    for number in 1..=HONEST {
        walking_with(&mut arena, number, true, seed);
    }
    let node = walking_with(&mut arena, 100, true, seed);
    let (to, keys) = (arena.address(node), honest_keys());
    let mut found = Vec::new();
    for second in 0..1_200_u32 {
        if second % 200 == 0 {
            for number in 0..count.unwrap_or(0) {
                let forger = Forger::new(QUIET, 500 + number);
                let from = anywhere(u32::from(number));
                let style = [Style::Old, Style::New][usize::from(number % 2)];
                arena.inject(from, to, &forger.request(style, to, from, number));
            }
        }
        arena.run_for(SECOND / 10);
        let honest = honest_peers(&arena, node, &keys);
        while found.len() < honest {
            found.push(arena.time());
        }
    }
    outcome(&arena, node, found)
}

/// Returns the keys of the honest nodes.
fn honest_keys() -> Vec<PublicKey> {
    let keys = (1..=HONEST).map(|number| key(number).public_key().clone());
    keys.collect()
}

fn honest_peers(arena: &Arena, node: usize, honest: &[PublicKey]) -> usize {
    let listed = honest.iter().filter(|key| arena.is_peer(node, QUIET, key));
    listed.count()
}

fn outcome(arena: &Arena, node: usize, found: Vec<Duration>) -> Outcome {
    let to = arena.address(node);
    let asked = arena
        .sent
        .iter()
        .filter(|sent| sent.to == to && is_request(sent.id()) && sent.machine != 0);
    let answered = arena.sent.iter().filter(|sent| {
        let is_honest = (1..=HONEST).any(|number| apart(number) == sent.to);
        sent.machine == node && is_response(sent.id()) && is_honest
    });
    let us = key(100);
    let strategy = &arena.engine(node).strategies()[0];
    Outcome {
        found,
        asked: asked.count(),
        answered: answered.count(),
        listed: (1..=usize::from(HONEST))
            .filter(|machine| arena.is_peer(*machine, QUIET, us.public_key()))
            .count(),
        peers: arena.engine(node).network().peer_count(QUIET),
        status: strategy.status,
        steps: strategy.steps,
    }
}

/// Runs with different seeds. The attack changes what happens by chance, so that single runs cannot
/// be compared.
fn runs(count: Option<u16>) -> Vec<Outcome> {
    [0, 30, 60, 90].map(|seed| run(count, seed)).into()
}

fn mean(outcomes: &[Outcome], value: impl Fn(&Outcome) -> f64) -> f64 {
    let sum: f64 = outcomes.iter().map(value).sum();
    sum / outcomes.iter().map(|_| 1.0).sum::<f64>()
}

fn assert_unharmed(without: &[Outcome], with: &[Outcome]) {
    let context = format!("without: {without:#?}\nwith: {with:#?}");
    let all = usize::from(HONEST);
    for one in with {
        assert_eq!((one.found.len(), one.listed), (all, all), "{context}");
        assert_eq!(one.peers, all, "forged keys are no peers: {context}");
        assert_eq!(one.status, StrategyStatus::Running, "{context}");
        assert!(one.steps >= 216, "nine tenths of all turns: {context}");
        assert!(one.asked > 20, "{context}");
        // The last ones may be on their way, and some come twice in a second.
        assert!(one.answered * 20 >= one.asked * 19, "{context}");
    }
    // Each forged address is asked once, which takes a few steps.
    let half = |one: &Outcome| one.found[all / 2].as_secs_f64();
    let (before, after) = (mean(without, half), mean(with, half));
    assert!(after <= before * 1.25 + 1.0, "{before}, {after}: {context}");
    let last = |one: &Outcome| one.found[all - 1].as_secs_f64();
    assert!(mean(with, last) <= mean(without, last) + 5.0, "{context}");
}

#[test]
fn forged_requests_at_the_start_do_not_harm_a_node() {
    let without = runs(None);
    let all = usize::from(HONEST);
    for one in &without {
        assert_eq!((one.found.len(), one.listed), (all, all));
    }
    for count in [FORGED, 300] {
        assert_unharmed(&without, &runs(Some(count)));
    }
}

/// A node without bootstrappers, which honest nodes find, under the same attack.
#[test]
fn a_node_that_waits_for_others_is_found_in_spite_of_forged_requests() {
    let run = |count: u16| {
        let mut arena = Arena::new(Duration::from_millis(20));
        let node = walking(&mut arena, 100, false);
        let to = arena.address(node);
        for number in 1..=HONEST {
            walking(&mut arena, number, false);
        }
        for number in 0..count {
            let from = anywhere(u32::from(number));
            let forger = Forger::new(QUIET, 500 + number);
            arena.inject(from, to, &forger.request(Style::Old, to, from, number));
        }
        for machine in 1..=usize::from(HONEST) {
            arena.call::<Quiet, _>(machine, QUIET, |_, cx| cx.walk_to(to));
        }
        arena.run_for(60 * SECOND);
        (
            honest_peers(&arena, node, &honest_keys()),
            arena.engine(node).network().peer_count(QUIET),
        )
    };
    let all = usize::from(HONEST);
    assert_eq!(run(0), (all, all));
    assert_eq!(run(FORGED), (all, all));
}

/// A hundred requests a second from as many networks: more than a node can ask back. It still finds
/// others by walking.
#[test]
fn a_flood_of_forged_requests_does_not_stop_a_walking_node() {
    let mut arena = Arena::new(Duration::from_millis(20));
    arena.add_tracker(apart(0), 0);
    for number in 1..=HONEST {
        walking(&mut arena, number, true);
    }
    let node = walking(&mut arena, 100, true);
    let to = arena.address(node);
    let forgers: Vec<_> = (0..50).map(|key| Forger::new(QUIET, 500 + key)).collect();
    for number in 0..3_000_u16 {
        let from = anywhere(u32::from(number));
        let forger = &forgers[usize::from(number) % forgers.len()];
        let request = forger.request(Style::Old, to, from, number);
        arena.inject(from, to, &request);
        arena.run_for(SECOND / 100);
    }
    let found = honest_peers(&arena, node, &honest_keys());
    assert_eq!(found, usize::from(HONEST));
}

/// Requests from spoofed ports of an honest node's host must not use up what the host is asked.
#[test]
fn forged_requests_from_other_ports_of_a_host_do_not_shut_its_node_out() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = walking(&mut arena, 100, false);
    let (to, home) = (arena.address(node), apart(7));
    let honest = arena.add_actor(Actor::new(7, home));
    let key = arena.actor(honest).public_key().clone();
    let introducers: Vec<_> = (1..=4)
        .map(|number| {
            arena.add_actor(Actor {
                introduces: vec![(home, home)],
                ..Actor::new(number, apart(number))
            })
        })
        .collect();
    let forge = |arena: &mut Arena, number: u16| {
        let from = SocketAddr::new(home.ip(), 10_000 + number);
        let request = Forger::new(QUIET, 500).request(Style::Old, to, from, number);
        arena.inject(from, to, &request);
    };
    for number in 0..8 {
        forge(&mut arena, number);
    }
    arena.befriend(node, QUIET, &introducers);
    let mut found = None;
    for second in 0..300_u16 {
        if second % 5 == 0 {
            forge(&mut arena, 100 + second);
            let request = arena.actor(honest).request(QUIET, Style::Old, to, second);
            arena.inject(home, to, &request);
        }
        arena.run_for(SECOND);
        if arena.is_peer(node, QUIET, &key) {
            found = found.or(Some(second));
        }
    }
    assert!(found.is_some(), "never found in five minutes");
}
