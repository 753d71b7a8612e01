//! A LAN address is only a claim. An address that an attacker claims must still be walked to when
//! an honest peer introduces it.

use std::time::Duration;

use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::{Arena, apart, crowded};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

const SECOND: Duration = Duration::from_secs(1);
const HONEST: u16 = 20;
const CLAIMED: u16 = 10;

/// Adds 20 honest nodes, of which an attacker claims the addresses of the first 10, and lets one
/// more introduce them all. Returns the numbers of claimed and of other ones that are found.
fn found(proven: bool, first: bool, walk: fn(&mut Strategies<Quiet>)) -> (usize, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let mut strategies = Strategies::new();
    walk(&mut strategies);
    let config = ipv8_core::engine::OverlayConfig {
        max_peers: Some(100),
        ..overlay_config(0)
    };
    arena.add_overlay::<Quiet>(node, config, QuietId::default(), strategies);
    let honest: Vec<_> = (0..HONEST)
        .map(|number| arena.add_actor(Actor::new(100 + number, apart(100 + number))))
        .collect();
    let introducer = arena.add_actor(Actor {
        introduces: (0..HONEST)
            .map(|number| (address("0.0.0.0:0"), apart(100 + number)))
            .collect(),
        ..Actor::new(1, apart(1))
    });
    if !first {
        arena.befriend(node, QUIET, &[introducer]);
    }
    claim(&mut arena, node, proven);
    arena.befriend(node, QUIET, &[introducer]);
    for _ in 0..60 {
        claim_again(&mut arena, node);
        arena.run_for(2 * SECOND);
    }
    let is_found = |actor: &&usize| {
        let number = 100 + u16::try_from(**actor).expect("small") - 1;
        let key = ipv8_tests::desk::key(number);
        arena.is_peer(node, QUIET, key.public_key())
    };
    let (claimed, others) = honest.split_at(usize::from(CLAIMED));
    let count = |some: &[usize]| some.iter().filter(is_found).count();
    (count(claimed), count(others))
}

fn liar(number: u16) -> Actor {
    Actor {
        lan: apart(100 + number),
        ..Actor::new(500 + number, crowded(66, number))
    }
}

/// Lets ten keys claim one honest address each. Proven ones answer as well.
fn claim(arena: &mut Arena, node: usize, proven: bool) {
    if proven {
        let liars: Vec<_> = (0..CLAIMED).map(|number| arena.add_actor(liar(number))).collect();
        arena.befriend(node, QUIET, &liars);
    }
    claim_again(arena, node);
}

fn claim_again(arena: &mut Arena, node: usize) {
    let to = arena.address(node);
    for number in 0..CLAIMED {
        for style in [Style::Old, Style::New] {
            let liar = liar(number);
            arena.inject(liar.at, to, &liar.request(QUIET, style, to, number));
        }
    }
}

fn assert_all_found(walk: fn(&mut Strategies<Quiet>)) {
    for (proven, first) in [(false, true), (true, true), (true, false), (false, false)] {
        let all = usize::from(CLAIMED);
        let found = found(proven, first, walk);
        assert_eq!(found, (all, all), "proven: {proven}, claimed first: {first}");
    }
}

#[test]
fn a_random_walk_finds_the_honest_nodes_at_claimed_addresses() {
    assert_all_found(|strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    });
}

#[test]
fn an_edge_walk_finds_the_honest_nodes_at_claimed_addresses() {
    assert_all_found(|strategies| {
        strategies.add::<EdgeWalk>(-1, |_| {});
    });
}
