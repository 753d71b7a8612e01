//! Sixty-four simulated nodes for an hour of virtual time. Each minute one leaves and another one
//! comes. What each node remembers does not grow.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::internals::engine::{EngineConfig, OverlayConfig};
use ipv8_core::prelude::*;
use ipv8_tests::desk::key;
use ipv8_tests::sim::Sim;

const NODES: u16 = 64;
const TARGET: i32 = 8;
const MINUTE: Duration = Duration::from_secs(60);
const DISCOVERY: CommunityId = DiscoveryCommunity::COMMUNITY_ID;

fn at(number: u16) -> SocketAddr {
    let [_, number] = number.to_be_bytes();
    SocketAddr::from(([30, number, 0, 1], 1000))
}

/// Adds the node with this number to a network whose tracker is at `at(0)`.
fn add_node(sim: &mut Sim, number: u16) -> usize {
    let seed = [number.to_be_bytes()[1]; 32];
    let mut config = EngineConfig::new(seed);
    // Few steps and few peers, so that an hour takes seconds.
    config.walk_interval = Duration::from_secs(10);
    let node = sim.add_engine(at(number), &config);
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies
        .add::<RandomWalk>(TARGET, |_| {})
        .add::<RandomChurn>(-1, |_| {})
        .add::<PeriodicSimilarity>(-1, |_| {});
    let mut config = OverlayConfig::new(key(number));
    config.bootstrappers = DispersyBootstrapper::new([at(0)]).into();
    config.max_peers = Some(2 * TARGET);
    let now = sim.now();
    let engine = sim.engine(node);
    let added = engine.add_overlay::<DiscoveryCommunity>(config, (), strategies, now);
    added.expect("it is added");
    node
}

/// The most that one node has of each kind.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    peers: usize,
    addresses: usize,
    tasks: usize,
    requests: usize,
}

fn sizes(sim: &mut Sim, nodes: &[usize]) -> Sizes {
    let (mut most, now) = (Sizes::default(), sim.now());
    for node in nodes {
        let engine = sim.engine(*node);
        let counted = engine.call::<DiscoveryCommunity, _>(DISCOVERY, now, |_, cx| {
            (cx.tasks().len(), cx.requests_waiting())
        });
        let (tasks, requests) = counted.expect("it is loaded");
        most.tasks = most.tasks.max(tasks);
        most.requests = most.requests.max(requests);
        most.peers = most.peers.max(engine.network().verified_count());
        most.addresses = most.addresses.max(engine.network().address_count());
    }
    most
}

#[test]
fn what_64_nodes_remember_does_not_grow_in_an_hour() {
    let mut sim = Sim::new(Duration::from_millis(20));
    sim.add_tracker(at(0), 0);
    let mut living: Vec<usize> = (1..=NODES)
        .map(|number| add_node(&mut sim, number))
        .collect();
    let mut early = Sizes::default();
    for minute in 1..=60 {
        // The oldest node leaves for good, and another one comes.
        sim.unplug(living.remove(0));
        living.push(add_node(&mut sim, NODES + minute));
        sim.run_for(MINUTE);
        sim.events.clear();
        let now = sizes(&mut sim, &living);
        if minute <= 10 {
            early.tasks = early.tasks.max(now.tasks);
            early.requests = early.requests.max(now.requests);
        }
        // Those that left in the last minutes may still be known.
        let message = format!("minute {minute}: {now:?}, before {early:?}");
        assert!(now.peers < usize::from(NODES) + 2, "{message}");
        assert!(now.addresses < usize::from(NODES) + 8, "{message}");
        assert!(minute <= 10 || now.tasks <= early.tasks, "{message}");
        assert!(
            minute <= 10 || now.requests <= early.requests + 4,
            "{message}"
        );
    }
    for node in &living[..living.len() - 1] {
        let peers = sim.engine(*node).network().peer_count(DISCOVERY);
        assert!(peers >= 4, "node {node}: {peers}");
    }
}
