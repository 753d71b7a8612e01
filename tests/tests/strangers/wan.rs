//! Our own address as others report it: who has a say, and what depends on it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::EngineConfig;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_puncture, is_response};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::is_private;

const SECOND: Duration = Duration::from_secs(1);
const DELAY: Duration = Duration::from_millis(20);
const HOME: &str = "20.1.1.1:8090";
const LIE: &str = "66.6.6.6:6666";
/// Half of all looks, because the liars come in two orders.
const LOOKS: usize = 5_000;

/// A node behind a NAT, with walkers that never rest.
fn node(interval: Duration) -> (Arena, usize) {
    let mut arena = Arena::new(DELAY);
    let config = EngineConfig {
        walk_interval: interval,
        ..EngineConfig::new([1; 32])
    };
    let node = arena.add_engine(address(HOME), address("192.168.1.10:8090"), &config);
    let mut walk = Strategies::<Quiet>::new();
    walk.add::<RandomWalk>(-1, |_| {});
    let mut config = overlay_config(0);
    config.max_peers = Some(-1);
    arena.add_overlay::<Quiet>(node, config, QuietId::default(), walk);
    (arena, node)
}

fn wan(arena: &mut Arena, node: usize) -> SocketAddr {
    arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.my_estimated_wan())
}

/// Adds peers with numbers from `first` on, each in a /16 of its own. Those for which `lies` is
/// true report another address than the node's.
fn voters(arena: &mut Arena, count: u16, first: u16, lies: impl Fn(u16) -> bool) -> Vec<usize> {
    let actor = |number| Actor {
        tells: lies(number).then(|| address(LIE)),
        ..Actor::new(first + number, apart(first + number))
    };
    (0..count)
        .map(|number| arena.add_actor(actor(number)))
        .collect()
}

/// Lets actors ask the node once, so that it gets to know them.
fn all_ask(arena: &mut Arena, node: usize, actors: &[usize]) {
    let to = arena.address(node);
    for actor in actors {
        let actor = arena.actor(*actor);
        let (from, request) = (actor.at, actor.request(QUIET, Style::Old, to, 1));
        arena.inject(from, to, &request);
    }
}

/// Counts how often the estimate was not the truth in [`LOOKS`] looks, one after each answer. Three
/// of ten voters lie. The first of them come before (`true`) or after most honest ones.
fn flips(early: bool) -> usize {
    let (mut arena, node) = node(SECOND / 4);
    let peers = voters(&mut arena, 30, 1, |number| number % 10 < 3);
    let (liars, honest): (Vec<_>, Vec<_>) = peers
        .iter()
        .partition(|peer| arena.actor(**peer).tells.is_some());
    let (first, later) = honest.split_at(5);
    arena.befriend(node, QUIET, first);
    if early {
        all_ask(&mut arena, node, &liars);
        arena.run_for(20 * SECOND);
    }
    arena.befriend(node, QUIET, later);
    assert_eq!(wan(&mut arena, node).ip(), address(HOME).ip(), "settled");
    let mut flips = 0;
    for look in 0..LOOKS {
        if look % 20 == 0 {
            all_ask(&mut arena, node, &liars);
        }
        arena.sent.clear();
        let answered = arena.run_until(10 * SECOND, |arena| {
            let mut sent = arena.sent.iter();
            sent.any(|sent| is_response(sent.id()) && sent.machine != node)
        });
        assert!(answered, "it keeps asking");
        arena.run_for(DELAY);
        flips += usize::from(wan(&mut arena, node).ip() != address(HOME).ip());
    }
    flips
}

#[test]
fn nine_liars_of_thirty_never_flip_the_estimate() {
    assert_eq!([false, true].map(flips), [0, 0], "of {LOOKS} looks each");
}

#[test]
fn an_address_from_the_configuration_is_not_voted_on() {
    let mut arena = Arena::new(DELAY);
    let config = EngineConfig {
        wan: Some(address(HOME)),
        ..EngineConfig::new([1; 32])
    };
    let node = arena.add_engine(address(HOME), address("192.168.1.10:8090"), &config);
    let mut walk = Strategies::<Quiet>::new();
    walk.add::<RandomWalk>(-1, |_| {});
    arena.add_overlay::<Quiet>(node, overlay_config(0), QuietId::default(), walk);
    let liars = voters(&mut arena, 10, 1, |_| true);
    all_ask(&mut arena, node, &liars);
    arena.run_for(20 * SECOND);
    assert_eq!(wan(&mut arena, node), address(HOME));
}

/// Nine of thirty peers tell the truth, and then lie all at once. To a node that has only a few
/// answers this looks like a new address, until the next honest one.
#[test]
fn nine_liars_of_thirty_that_told_the_truth_before_flip_the_estimate_for_moments_only() {
    let (mut arena, node) = node(SECOND / 4);
    let peers = voters(&mut arena, 30, 1, |_| false);
    arena.befriend(node, QUIET, &peers);
    arena.run_for(30 * SECOND);
    for liar in &peers[..9] {
        arena.actor(*liar).tells = Some(address(LIE));
    }
    let (mut flipped, mut longest) = (0, 0);
    for _ in 0..2_000 {
        arena.run_for(SECOND / 4);
        flipped = match wan(&mut arena, node).ip() == address(HOME).ip() {
            true => 0,
            false => flipped + 1,
        };
        longest = longest.max(flipped);
    }
    assert!(longest <= 8, "for {longest} looks, four in a second");
}

/// Returns the estimate and the number of honest peers, of 12, two minutes after the node met
/// liars first.
fn after_liars(liars: u16) -> (SocketAddr, usize) {
    let (mut arena, node) = node(SECOND / 2);
    let liars = voters(&mut arena, liars, 1, |_| true);
    all_ask(&mut arena, node, &liars);
    arena.run_for(20 * SECOND);
    let honest = voters(&mut arena, 12, 100, |_| false);
    for round in 0..120 {
        if round % 10 == 0 {
            all_ask(&mut arena, node, &honest);
        }
        arena.run_for(SECOND);
    }
    let listed = honest.iter().filter(|actor| {
        let key = arena.actor(**actor).public_key().clone();
        arena.is_peer(node, QUIET, &key)
    });
    let listed = listed.count();
    (wan(&mut arena, node), listed)
}

#[test]
fn liars_that_come_first_do_not_shut_honest_peers_out() {
    for liars in [1, 2, 3, 5] {
        let (estimate, listed) = after_liars(liars);
        assert_eq!(listed, 12, "{liars} liars");
        assert_eq!(estimate.ip(), address(HOME).ip(), "{liars} liars");
    }
}

/// A node that was away, and comes back behind another address when its peers are gone.
#[test]
fn a_node_whose_peers_are_gone_meets_others_at_its_new_address() {
    for left in [0, 1, 2] {
        let (mut arena, node) = node(SECOND / 2);
        let old = voters(&mut arena, 6, 1, |_| false);
        arena.befriend(node, QUIET, &old);
        arena.run_for(20 * SECOND);
        for gone in &old[left..] {
            arena.unplug(*gone);
        }
        let new = address("45.45.1.1:8090");
        arena.move_to(node, new);
        let others = voters(&mut arena, 10, 100, |_| false);
        for round in 0..120 {
            if round % 10 == 0 {
                all_ask(&mut arena, node, &others);
            }
            arena.run_for(SECOND);
        }
        let listed = others.iter().filter(|actor| {
            let key = arena.actor(**actor).public_key().clone();
            arena.is_peer(node, QUIET, &key)
        });
        assert_eq!(listed.count(), others.len(), "with {left} peers left");
        assert_eq!(
            wan(&mut arena, node).ip(),
            new.ip(),
            "with {left} peers left"
        );
    }
}

#[test]
fn a_crowd_of_liars_in_one_network_never_flips_the_estimate() {
    let (mut arena, node) = node(SECOND / 4);
    let honest = voters(&mut arena, 8, 1, |_| false);
    arena.befriend(node, QUIET, &honest);
    arena.run_for(20 * SECOND);
    let liars: Vec<_> = (100..120)
        .map(|number| {
            arena.add_actor(Actor {
                tells: Some(address(LIE)),
                ..Actor::new(number, crowded(6, number))
            })
        })
        .collect();
    for _ in 0..300 {
        all_ask(&mut arena, node, &liars);
        arena.run_for(SECOND);
        assert_eq!(wan(&mut arena, node).ip(), address(HOME).ip());
    }
}

#[test]
fn a_stranger_does_not_set_the_estimate() {
    let (mut arena, node) = node(SECOND / 2);
    let to = arena.address(node);
    for number in 0..200 {
        let (forger, from) = (Forger::new(QUIET, 100 + number), apart(number));
        let style = [Style::Old, Style::New][usize::from(number % 2)];
        let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
        let response = forger.response(style, address(LIE), from, nobody, number);
        arena.inject(from, to, &response);
        let request = forger.request(style, address(LIE), from, number);
        arena.inject(from, to, &request);
        arena.run_for(SECOND / 10);
        assert_ne!(wan(&mut arena, node).ip(), address(LIE).ip());
    }
    // Nor does one that answers, once there are others.
    let honest = voters(&mut arena, 4, 300, |_| false);
    arena.befriend(node, QUIET, &honest);
    arena.run_for(10 * SECOND);
    let liar = voters(&mut arena, 1, 400, |_| true);
    for _ in 0..200 {
        all_ask(&mut arena, node, &liar);
        arena.run_for(SECOND / 4);
        assert_eq!(wan(&mut arena, node).ip(), address(HOME).ip());
    }
}

/// Lets the node move to `new`, and returns the number of networks from which answers arrived there
/// before the estimate followed.
fn answers_until_seen(arena: &mut Arena, node: usize, new: SocketAddr) -> usize {
    assert_ne!(wan(arena, node).ip(), new.ip());
    arena.move_to(node, new);
    arena.sent.clear();
    let seen = arena.run_until(60 * SECOND, |arena| wan(arena, node).ip() == new.ip());
    assert!(seen, "{new} is never seen");
    // An answer takes one delay to arrive.
    let arrived = arena.time() - DELAY;
    let answers = arena.sent.iter().filter(|sent| {
        is_response(sent.id()) && sent.to == new && sent.machine != node && sent.at <= arrived
    });
    let networks: BTreeSet<_> = answers.map(|sent| sent.from.ip()).collect();
    arena.run_for(30 * SECOND);
    assert_eq!(wan(arena, node), new);
    networks.len()
}

#[test]
fn an_honest_change_is_seen_within_three_answers_from_distinct_networks() {
    let (mut arena, node) = node(SECOND / 4);
    let peers = voters(&mut arena, 12, 1, |_| false);
    arena.befriend(node, QUIET, &peers);
    arena.run_for(30 * SECOND);
    for new in ["45.45.1.1:8090", "51.51.1.1:9000"] {
        let networks = answers_until_seen(&mut arena, node, address(new));
        assert!(networks <= 3, "{new} after {networks} answers");
        // Who changes its mind all the time has no voice.
        arena.run_for(11 * 60 * SECOND);
    }
    for new in [HOME, "45.45.1.1:8090"] {
        let networks = answers_until_seen(&mut arena, node, address(new));
        assert!(networks <= 12, "{new} after {networks} answers");
    }
}

#[test]
fn public_voters_never_make_a_private_or_special_address_the_estimate() {
    for lie in [
        "10.7.7.7:7",
        "127.0.0.1:7",
        "100.64.1.1:7",
        "169.254.1.1:7",
        "224.0.0.1:7",
    ] {
        let (mut arena, node) = node(SECOND / 2);
        let liars: Vec<_> = (1..=5)
            .map(|number| {
                arena.add_actor(Actor {
                    tells: Some(address(lie)),
                    ..Actor::new(number, apart(number))
                })
            })
            .collect();
        arena.befriend(node, QUIET, &liars);
        arena.run_for(10 * SECOND);
        assert_ne!(wan(&mut arena, node).ip(), address(lie).ip());
    }
}

/// A walker behind our own NAT is punctured for at its LAN address. Who is not behind that NAT
/// must not choose this address.
#[test]
fn nobody_outside_aims_punctures_at_our_lan() {
    let (mut arena, node) = node(SECOND / 2);
    let peers = voters(&mut arena, 6, 1, |_| false);
    arena.befriend(node, QUIET, &peers);
    arena.run_for(20 * SECOND);
    assert_eq!(wan(&mut arena, node), address(HOME));
    let (to, forger) = (arena.address(node), Forger::new(QUIET, 500));
    arena.sent.clear();
    for number in 0..100_u16 {
        let [_, low] = number.to_be_bytes();
        let lan = SocketAddr::from(([192, 168, 1, 1 + low % 200], 4_000 + number));
        let walker = SocketAddr::new(address(HOME).ip(), 5_000 + number);
        for from in [apart(700 + number), apart(1 + number % 6)] {
            let request = forger.puncture_request(Style::Old, lan, walker, number);
            arena.inject(from, to, &request);
            arena.run_for(SECOND);
        }
    }
    let inside = arena
        .sent
        .iter()
        .filter(|sent| is_puncture(sent.id()) && is_private(&sent.to));
    assert_eq!(inside.count(), 0);
}

#[test]
fn liars_about_our_address_cannot_aim_punctures_at_our_lan_either() {
    let (mut arena, node) = node(SECOND / 2);
    let peers = voters(&mut arena, 3, 1, |_| true);
    all_ask(&mut arena, node, &peers);
    arena.run_for(20 * SECOND);
    let (to, forger) = (arena.address(node), Forger::new(QUIET, 500));
    arena.sent.clear();
    for number in 0..50_u16 {
        let [_, low] = number.to_be_bytes();
        let lan = SocketAddr::from(([192, 168, 1, 1 + low], 4_000));
        let walker = SocketAddr::new(address(LIE).ip(), 5_000 + number);
        let request = forger.puncture_request(Style::Old, lan, walker, number);
        arena.inject(apart(1 + number % 3), to, &request);
        arena.run_for(SECOND);
    }
    let inside = arena.sent.iter().filter(|sent| is_private(&sent.to));
    assert_eq!(inside.count(), 0);
}

/// The addresses of trackers are public, and puncture requests are unsigned: an attacker can send
/// one in the name of a tracker.
#[test]
fn a_forged_tracker_cannot_aim_punctures_at_our_lan_either() {
    let mut arena = Arena::new(DELAY);
    let (home, lan) = (address(HOME), address("192.168.1.10:8090"));
    let node = arena.add_engine(home, lan, &EngineConfig::new([1; 32]));
    let mut walk = Strategies::<Quiet>::new();
    walk.add::<RandomWalk>(-1, |_| {});
    let config = ipv8_core::engine::OverlayConfig {
        bootstrappers: ipv8_core::overlay::DispersyBootstrapper::new([apart(0)]).into(),
        ..overlay_config(0)
    };
    arena.add_overlay::<Quiet>(node, config, QuietId::default(), walk);
    arena.add_tracker(apart(0), 0);
    let peers = voters(&mut arena, 6, 1, |_| false);
    arena.befriend(node, QUIET, &peers);
    arena.run_for(20 * SECOND);
    let forger = Forger::new(QUIET, 500);
    arena.sent.clear();
    for number in 0..50_u16 {
        let [_, low] = number.to_be_bytes();
        let inside = SocketAddr::from(([192, 168, 1, 20 + low], 4_000));
        for walker in [SocketAddr::new(home.ip(), 5_000 + number), inside] {
            let request = forger.puncture_request(Style::Old, inside, walker, number);
            arena.inject(apart(0), home, &request);
            arena.run_for(SECOND / 2);
        }
    }
    let inside = arena.sent.iter().filter(|sent| is_private(&sent.to));
    assert_eq!(inside.count(), 0);
}
