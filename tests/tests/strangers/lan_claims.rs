//! A LAN address is only a claim. An address that an attacker claims must still be walked to when
//! an honest peer introduces it.

use std::time::Duration;

use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

const SECOND: Duration = Duration::from_secs(1);
const HONEST: u16 = 20;
const CLAIMED: u16 = 10;

/// The honest nodes that introduce the others: as many as an edge walk needs.
const INTRODUCERS: u16 = 6;

/// What the attacker does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Attack {
    /// Nothing: the honest nodes must be found then, or the test says nothing.
    None,
    /// It sends requests from spoofed addresses.
    Forged,
    /// It answers too, so that its keys become peers.
    Proven,
}

/// Adds 20 honest nodes, of which an attacker claims the addresses of the first 10, and lets
/// others introduce them all. Returns the numbers of claimed and of other ones that are found.
fn found(attack: Attack, first: bool, walk: fn(&mut Strategies<Quiet>)) -> (usize, usize) {
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
    let introducers: Vec<_> = (1..=INTRODUCERS)
        .map(|introducer| {
            arena.add_actor(Actor {
                // Each begins with another one, so that all are introduced soon.
                introduces: (0..HONEST)
                    .map(|number| 100 + (number + introducer * 3) % HONEST)
                    .map(|number| (address("0.0.0.0:0"), apart(number)))
                    .collect(),
                ..Actor::new(introducer, apart(introducer))
            })
        })
        .collect();
    if !first {
        arena.befriend(node, QUIET, &introducers);
    }
    claim(&mut arena, node, attack);
    arena.befriend(node, QUIET, &introducers);
    for _ in 0..60 {
        claim_again(&mut arena, node, attack);
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

/// Lets ten keys claim one honest address each.
fn claim(arena: &mut Arena, node: usize, attack: Attack) {
    if attack == Attack::Proven {
        let liars: Vec<_> = (0..CLAIMED)
            .map(|number| arena.add_actor(liar(number)))
            .collect();
        arena.befriend(node, QUIET, &liars);
    }
    claim_again(arena, node, attack);
}

fn claim_again(arena: &mut Arena, node: usize, attack: Attack) {
    if attack == Attack::None {
        return;
    }
    let to = arena.address(node);
    for number in 0..CLAIMED {
        for style in [Style::Old, Style::New] {
            let liar = liar(number);
            arena.inject(liar.at, to, &liar.request(QUIET, style, to, number));
        }
    }
}

fn assert_all_found(cases: &[(Attack, bool)], walk: fn(&mut Strategies<Quiet>)) {
    let all = usize::from(CLAIMED);
    for (attack, first) in cases {
        let found = found(*attack, *first, walk);
        assert_eq!(found, (all, all), "{attack:?}, claimed first: {first}");
    }
}

#[test]
fn a_random_walk_finds_the_honest_nodes_at_claimed_addresses() {
    use Attack::{Forged, None, Proven};
    let cases = [
        (None, true),
        (Forged, true),
        (Proven, true),
        (Forged, false),
        (Proven, false),
    ];
    assert_all_found(&cases, |strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    });
}

/// Liars that were peers first are the neighbourhood of an edge walk, whatever they claim.
#[test]
fn an_edge_walk_finds_the_honest_nodes_at_claimed_addresses() {
    use Attack::{Forged, None, Proven};
    let cases = [
        (None, true),
        (Forged, true),
        (Forged, false),
        (Proven, false),
    ];
    assert_all_found(&cases, |strategies| {
        strategies.add::<EdgeWalk>(-1, |_| {});
    });
}
