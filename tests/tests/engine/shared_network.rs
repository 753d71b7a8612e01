//! Several overlays of one node: on one shared peer graph with a limit each, and with a graph each.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Output, OverlayConfig};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;
use ipv8_tests::desk::{address, key, overlay_config};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::Sim;

/// Target and peer limit of the three overlays.
const LIMITS: [(i32, i32); 3] = [(5, 5), (20, 30), (-1, -1)];
const NODES: u16 = 30;

fn at(number: u16) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, number.to_be_bytes()[1]], 2000 + number))
}

fn id(index: usize) -> CommunityId {
    CommunityId::from_bytes([0x30 + u8::try_from(index).expect("few"); 20])
}

/// Runs nodes with the given overlays for 150 seconds. Returns each node's number of peers for each
/// overlay.
fn peers_after_minutes(overlays: &[usize], own_network: bool, seed: u8) -> Vec<Vec<usize>> {
    let mut sim = Sim::new(Duration::from_millis(20));
    sim.add_tracker(at(0), 0);
    for number in 1..=NODES {
        let node = sim.add_seeded(at(number), number, seed);
        for index in overlays {
            // Not every node runs every overlay: the last fifth runs only the first overlay, the
            // fifth before it runs all but the first.
            let runs = match number * 5 / (NODES + 1) {
                4 => *index == 0,
                3 => *index > 0,
                _ => true,
            };
            if !runs {
                continue;
            }
            let (target, max_peers) = LIMITS[*index];
            let mut strategies = Strategies::new();
            strategies.add::<RandomWalk>(target, |_| {});
            let config = OverlayConfig {
                max_peers: Some(max_peers),
                own_network,
                bootstrappers: DispersyBootstrapper::new([at(0)]).into(),
                ..OverlayConfig::new(key(number))
            };
            let now = sim.now();
            sim.engine(node)
                .add_overlay::<Quiet>(config, QuietId(id(*index)), strategies, now)
                .expect("the overlay is made");
        }
    }
    sim.run_for(Duration::from_secs(150));
    let mut counts = Vec::new();
    for index in overlays {
        let mut of_all = Vec::new();
        for node in 1..=usize::from(NODES) {
            let engine = sim.engine(node);
            if let Some(network) = engine.network_of(id(*index)) {
                of_all.push(network.peer_count(id(*index)));
            }
        }
        counts.push(of_all);
    }
    counts
}

fn mean(counts: &[usize]) -> f64 {
    let sum: usize = counts.iter().sum();
    sum as f64 / counts.len() as f64
}

#[test]
fn overlays_on_one_graph_end_with_as_many_peers_as_alone() {
    for seed in [1, 2, 3] {
        let together = peers_after_minutes(&[0, 1, 2], false, seed);
        let apart = peers_after_minutes(&[0, 1, 2], true, seed);
        for (index, (target, max_peers)) in LIMITS.into_iter().enumerate() {
            let alone = &peers_after_minutes(&[index], false, seed)[0];
            let alone = (mean(alone), alone.iter().min().copied().unwrap_or(0));
            for (name, counts) in [("together", &together[index]), ("apart", &apart[index])] {
                let (average, least) = (mean(counts), counts.iter().min().copied().unwrap_or(0));
                println!(
                    "seed {seed}, target {target}, {name}: {average} at least {least}, alone {alone:?}"
                );
                let off = (average - alone.0).abs() / alone.0;
                assert!(
                    off < 0.1,
                    "seed {seed}, {name}, target {target}: {average} instead of {}",
                    alone.0
                );
                let reached = usize::try_from(target).unwrap_or(usize::from(NODES) * 3 / 4 - 1);
                // If the limit equals the target, a node can find all others full, alone or not.
                // Then only the mean counts.
                let has_room = max_peers < 0 || max_peers > target;
                assert!(
                    !has_room || least >= reached.min(alone.1),
                    "seed {seed}, {name}, target {target}: one has only {least}"
                );
                if let Ok(limit) = usize::try_from(max_peers) {
                    let most = counts.iter().max().copied().unwrap_or(0);
                    assert!(
                        most <= limit + 5,
                        "{name}: {most} peers with a limit of {limit}"
                    );
                }
            }
        }
    }
}

fn introducer() -> Peer {
    Peer::new(
        key(50).public_key().clone(),
        address("20.1.0.1:1"),
        Instant::now(),
    )
}

/// Returns an engine with two overlays on one graph, and its time.
fn pair(limits: NetworkLimits) -> (Engine, Instant) {
    let now = Instant::now();
    let mut config = EngineConfig::new([1; 32]);
    config.network = limits;
    let mut engine = Engine::new(&config);
    for index in [0, 1] {
        engine
            .add_overlay::<Quiet>(
                overlay_config(0),
                QuietId(id(index)),
                Strategies::new(),
                now,
            )
            .expect("the overlay is made");
    }
    (engine, now)
}

#[test]
fn an_address_stays_for_an_overlay_until_that_overlay_gives_it_up() {
    let (mut engine, _) = pair(NetworkLimits::default());
    let (graph, there) = (engine.network_mut(), address("20.2.0.1:1"));
    graph.discover_address(&introducer(), there, Some(id(0)), false);
    assert_eq!([0, 1].map(|index| graph.walkable_count(id(index))), [1, 0]);
    // The other overlay learns the address too.
    graph.discover_address(&introducer(), there, Some(id(1)), false);
    assert_eq!([0, 1].map(|index| graph.walkable_count(id(index))), [1, 1]);
    assert!(graph.give_up(&there, id(0)));
    assert_eq!([0, 1].map(|index| graph.walkable_count(id(index))), [0, 1]);
    graph.discover_address(&introducer(), there, Some(id(0)), false);
    assert_eq!([0, 1].map(|index| graph.walkable_count(id(index))), [1, 1]);
    assert!(graph.give_up(&there, id(0)) && graph.give_up(&there, id(1)));
    assert!(!graph.is_known(&there), "no overlay needs it any more");
}

#[test]
fn a_full_graph_has_room_for_an_overlay_with_less_than_its_share() {
    let limits = NetworkLimits {
        max_peers: 20,
        ..NetworkLimits::default()
    };
    let (mut engine, now) = pair(limits);
    let graph = engine.network_mut();
    let mut add = |number: u16, index: usize| {
        let peer = Peer::new(key(100 + number).public_key().clone(), at(number), now);
        graph.add_peer_of(&peer, id(index))
    };
    for number in 0..20 {
        assert!(add(number, 0));
    }
    assert!(!add(20, 0), "the graph is full");
    for number in 30..40 {
        assert!(add(number, 1), "the other overlay has its share");
    }
    assert!(!add(40, 1), "and no more than its share");
    assert_eq!([0, 1].map(|index| graph.peer_count(id(index))), [10, 10]);
    assert_eq!(engine.network_stats().peers_evicted, 10);
}

#[test]
fn a_separate_graph_keeps_an_overlay_apart_and_is_removed_with_it() {
    let (mut engine, now) = pair(NetworkLimits::default());
    let config = OverlayConfig {
        own_network: true,
        ..overlay_config(1)
    };
    let own = engine
        .add_overlay::<Quiet>(config, QuietId(id(2)), Strategies::new(), now)
        .expect("the overlay is made");
    let met = introducer();
    let graph = engine.network_of_mut(own).expect("it is loaded");
    graph.discover_address(&met, address("20.2.0.1:1"), Some(own), false);
    assert!(graph.add_peer_of(&met, own));
    // A node never becomes its own peer, by any of its keys.
    for number in [0, 1] {
        let me = Peer::new(key(number).public_key().clone(), at(number), now);
        assert!(!graph.add_verified_peer(&me));
    }
    engine.handle(ipv8_core::internals::engine::Input::Timeout, now);
    let told = std::iter::from_fn(|| engine.poll_output())
        .filter(|output| matches!(output, Output::Event(Event::PeerAdded { overlay, .. }) if *overlay == own));
    assert_eq!(told.count(), 1);
    assert_eq!(
        (
            engine.network().verified_count(),
            engine.network().address_count()
        ),
        (0, 0)
    );
    assert_eq!(
        engine
            .overlay(own)
            .map(|info| (info.peers, info.own_network)),
        Some((1, true))
    );
    assert_eq!(engine.networks().count(), 2);
    assert!(engine.network().snapshot().is_empty());
    let snapshot = engine.network_of(own).map(|network| network.snapshot());
    assert!(snapshot.is_some_and(|snapshot| !snapshot.is_empty()));
    assert!(engine.unload_overlay(own, now));
    let gone = std::iter::from_fn(|| engine.poll_output())
        .filter(|output| matches!(output, Output::Event(Event::PeerRemoved { overlay, .. }) if *overlay == own));
    assert_eq!(gone.count(), 1);
    assert_eq!(engine.networks().count(), 1);
    let again = OverlayConfig {
        own_network: true,
        ..overlay_config(1)
    };
    engine
        .add_overlay::<Quiet>(again, QuietId(id(2)), Strategies::new(), now)
        .expect("the overlay is made");
    assert_eq!(engine.overlay(own).map(|info| info.peers), Some(0));
}
