//! Networks that fell apart, and the rounds in which each overlay asks its bootstrappers by itself.
//! Simulated nodes in virtual time.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use ipv8_core::internals::engine::{EngineConfig, Input, Output, OverlayConfig};
use ipv8_core::prelude::*;
use ipv8_tests::desk::{Desk, key, overlay_config};
use ipv8_tests::probe::ProbeSettings;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::{QUIET, Sim};

const DELAY: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

fn at(number: u16) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, number.to_be_bytes()[1]], 1000 + number))
}

/// Two islands of `size` nodes, numbers 1 to twice the size, which know a tracker at `at(0)`. The
/// nodes of an island have found each other before their first step.
fn islands(size: u16, seed: u8, walk: impl Fn(&mut Strategies<Quiet>)) -> Sim {
    let mut sim = Sim::new(DELAY);
    for number in 1..=2 * size {
        let node = sim.add_seeded(at(number), number, seed);
        let mut strategies = Strategies::new();
        walk(&mut strategies);
        let tracker = vec![at(0)];
        sim.add_overlay::<Quiet>(node, number, tracker, QuietId::default(), strategies);
    }
    let now = sim.now();
    for node in 0..usize::from(2 * size) {
        for other in island_of(node, size) {
            let walked = sim
                .engine(node)
                .call::<Quiet, _>(QUIET, now, |_, cx| cx.walk_to(other));
            walked.expect("it is loaded");
        }
    }
    sim
}

/// Returns the addresses of the other nodes on the island of the node at `index`.
fn island_of(index: usize, size: u16) -> Vec<SocketAddr> {
    let own = u16::try_from(index + 1).expect("few");
    let first = if own <= size { 1 } else { size + 1 };
    let numbers = (first..first + size).filter(|number| *number != own);
    numbers.map(at).collect()
}

/// Returns `true` if a node of one island has a peer on the other.
fn are_linked(sim: &mut Sim, size: u16) -> bool {
    (0..usize::from(2 * size)).any(|node| {
        let own: BTreeSet<_> = island_of(node, size).into_iter().collect();
        let peers = sim.engine(node).network().peers_for_service(QUIET);
        peers.into_iter().any(|peer| !own.contains(&peer.address()))
    })
}

fn all_have(sim: &mut Sim, nodes: u16, peers: usize) -> bool {
    (0..usize::from(nodes)).all(|node| sim.peers(node) >= peers)
}

#[test]
fn two_islands_with_a_common_tracker_merge_within_a_minute() {
    for seed in 1..=10 {
        let mut sim = islands(4, seed, |strategies| {
            strategies.add::<RandomWalk>(20, |_| {});
        });
        sim.run_for(DELAY * 4);
        assert!(all_have(&mut sim, 8, 3), "each island knows itself");
        sim.add_quiet_tracker(at(0), 0);
        let merged = sim.run_until(MINUTE, |sim| all_have(sim, 8, 7));
        let peers: Vec<_> = (0..8).map(|node| sim.peers(node)).collect();
        assert!(merged, "seed {seed}: {peers:?}");
    }
}

#[test]
fn islands_merge_within_a_minute_of_the_start_of_their_tracker() {
    for seed in 1..=5 {
        let mut sim = islands(4, seed, |strategies| {
            strategies.add::<RandomWalk>(20, |_| {});
        });
        sim.run_for(MINUTE * 10);
        assert!(!are_linked(&mut sim, 4));
        sim.add_quiet_tracker(at(0), 0);
        let merged = sim.run_until(MINUTE, |sim| are_linked(sim, 4));
        assert!(merged, "seed {seed}");
    }
}

#[test]
fn islands_whose_walkers_rest_or_that_have_none_meet_by_their_tracker_too() {
    type Walk = fn(&mut Strategies<Quiet>);
    let rests: Walk = |strategies| {
        strategies.add::<RandomWalk>(2, |_| {});
    };
    let none: Walk = |_| {};
    for (name, walk) in [("at rest", rests), ("without a walker", none)] {
        for seed in 1..=5 {
            let mut sim = islands(3, seed, walk);
            sim.add_quiet_tracker(at(0), 0);
            let met = sim.run_until(MINUTE, |sim| are_linked(sim, 3));
            assert!(met, "{name}, seed {seed}");
        }
    }
}

#[test]
fn every_tracker_is_asked_within_a_second_of_the_start() {
    let mut sim = Sim::new(DELAY);
    let config = EngineConfig::new([1; 32]);
    let node = sim.add_engine(at(1), &config);
    let trackers: Vec<_> = (100..113).map(at).collect();
    sim.add_overlay::<Quiet>(
        node,
        1,
        trackers.clone(),
        QuietId::default(),
        Strategies::new(),
    );
    let peer = Peer::new(key(2).public_key().clone(), at(2), sim.now());
    let network = sim.engine(node).network_mut();
    network.add_verified_peer(&peer);
    network.discover_services(peer.key(), [QUIET]);
    sim.run_for(Duration::from_secs(1));
    for tracker in trackers {
        assert_eq!(sim.sent.get(&tracker), Some(&1), "{tracker}");
    }
}

/// A network of full nodes, and nodes that came later.
struct Late {
    sim: Sim,
    early: u16,
    late: u16,
}

impl Late {
    const CAP: u16 = 8;

    /// Lets `early` nodes fill up before `late` ones start. All know one tracker.
    fn new(early: u16, late: u16, seed: u8) -> Self {
        let mut sim = Sim::new(DELAY);
        sim.add_tracker(at(0), 0);
        let mut case = Self { sim, early, late };
        case.start(1..=early, seed);
        case.sim.run_for(MINUTE * 10);
        case.start(early + 1..=early + late, seed);
        case.sim.run_for(MINUTE * 2);
        case
    }

    fn start(&mut self, numbers: RangeInclusive<u16>, seed: u8) {
        for number in numbers {
            let node = self.sim.add_seeded(place(number), number, seed);
            let mut strategies = Strategies::new();
            strategies.add::<RandomWalk>(i32::from(Self::CAP), |_| {});
            let config = OverlayConfig {
                bootstrappers: DispersyBootstrapper::new([at(0)]).into(),
                max_peers: Some(i32::from(Self::CAP)),
                ..OverlayConfig::new(key(number))
            };
            let now = self.sim.now();
            let added = self.sim.engine(node);
            let added = added.add_overlay::<Quiet>(config, QuietId::default(), strategies, now);
            added.expect("the overlay is made");
        }
    }

    /// Returns the addresses of the peers of a node.
    fn peers(&mut self, number: u16) -> Vec<SocketAddr> {
        let network = self.sim.engine(usize::from(number)).network();
        let peers = network.peers_for_service(QUIET);
        peers.into_iter().map(|peer| peer.address()).collect()
    }

    /// Returns the number of pairs of an early and a late node that list each other.
    fn links(&mut self) -> usize {
        let late: Vec<_> = (self.early + 1..=self.early + self.late)
            .map(|number| (place(number), self.peers(number)))
            .collect();
        let mut links = 0;
        for early in 1..=self.early {
            let (own, peers) = (place(early), self.peers(early));
            let mutual = late
                .iter()
                .filter(|(at, list)| peers.contains(at) && list.contains(&own));
            links += mutual.count();
        }
        links
    }
}

/// Returns an address of a provider of its own.
fn place(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([30 + high, low, 1, 1], 1000))
}

#[test]
fn nodes_that_come_late_mix_with_full_ones() {
    for seed in 1..=5 {
        let mut case = Late::new(20, 20, seed);
        let before: Vec<_> = (1..=20).map(|number| case.peers(number)).collect();
        assert!(before.iter().all(|peers| peers.len() == 8), "full");
        case.sim.run_for(MINUTE * 60);
        assert!(case.links() > 0, "seed {seed}");
        let kept = (1..=20).zip(&before).map(|(number, before)| {
            let now = case.peers(number);
            before.iter().filter(|peer| now.contains(peer)).count()
        });
        assert!(kept.sum::<usize>() >= 20 * 8 * 7 / 10, "most peers stay");
    }
}

/// Returns the times at which a node at rest with `peers` peers wakes up within `time`, and those
/// at which it asks its tracker.
fn life_at_rest(peers: u16, time: Duration) -> (Vec<Duration>, Vec<Duration>) {
    let mut config = overlay_config(0);
    let tracker = DispersyBootstrapper::new([at(0)]);
    config.bootstrappers = tracker.into();
    let mut desk = Desk::with(config, ProbeSettings::default(), Strategies::new());
    for number in 1..=peers {
        desk.befriend(number, at(number));
    }
    let start = desk.now;
    let (mut wakes, mut asks) = (Vec::new(), Vec::new());
    while let Some(next) = desk
        .engine
        .poll_timeout()
        .filter(|next| *next < start + time)
    {
        desk.now = next;
        desk.engine.handle(Input::Timeout, next);
        wakes.push(next - start);
        while let Some(output) = desk.engine.poll_output() {
            if matches!(output, Output::Send(outgoing) if outgoing.to == at(0)) {
                asks.push(next - start);
            }
        }
    }
    (wakes, asks)
}

#[test]
fn a_node_at_rest_wakes_up_every_few_minutes_and_asks_its_tracker_once_each_time() {
    let hours = 10;
    let (wakes, asks) = life_at_rest(40, MINUTE * 60 * hours);
    assert!(
        asks.len() >= 6 * 10 && asks.len() <= 12 * 10 + 1,
        "{}",
        asks.len()
    );
    for pair in asks.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((MINUTE * 5..=MINUTE * 10).contains(&pause), "{pause:?}");
    }
    // A round, and a look at what it brought.
    assert_eq!(wakes.len(), 2 * asks.len());
    // With few peers it may be on a small island.
    let (_, asks) = life_at_rest(3, MINUTE * 60);
    for pair in asks.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((MINUTE / 2..=MINUTE).contains(&pause), "{pause:?}");
    }
}

#[test]
fn an_overlay_without_bootstrappers_never_wakes_up_for_them() {
    let desk = Desk::with(
        overlay_config(0),
        ProbeSettings::default(),
        Strategies::new(),
    );
    assert_eq!(desk.engine.poll_timeout(), None);
}
