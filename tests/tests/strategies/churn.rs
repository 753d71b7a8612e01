//! `RandomChurn` and `PeriodicSimilarity` in virtual time: each rule of protocol 7.2 on one engine,
//! then a whole network in which nodes go silent.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::crypto::Mid;
use ipv8_core::engine::Event;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::discovery::{Ping, Pong, SimilarityRequest};
use ipv8_core::internals::values::{add_address, add_ping};
use ipv8_core::{Community, CommunityId, Message, Peer, RandomChurn, RandomWalk};
use ipv8_tests::desk::{Desk, address, key, overlay_config, sealed};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::{QUIET, Sim};

const ID: CommunityId = DiscoveryCommunity::COMMUNITY_ID;

fn desk(strategies: Strategies<DiscoveryCommunity>) -> Desk {
    let mut desk = Desk::new();
    desk.reload_with::<DiscoveryCommunity>(overlay_config(0), (), strategies);
    desk
}

fn churn(configure: impl FnOnce(&mut RandomChurn)) -> Desk {
    let mut strategies = Strategies::new();
    strategies.add::<RandomChurn>(-1, configure);
    desk(strategies)
}

fn at(number: u16) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, 1], number))
}

/// Adds a peer that was heard from just now.
fn heard(desk: &mut Desk, number: u16) -> Peer {
    let peer = desk.befriend(number, at(number));
    hear(desk, &peer);
    peer
}

fn hear(desk: &mut Desk, peer: &Peer) {
    let now = desk.now;
    assert!(desk.engine.network_mut().heard_from(peer.key(), now));
}

/// Gives the peer five ping times, so that churn does not ping it to measure more.
fn measured(desk: &mut Desk, peer: &Peer) {
    desk.engine.network_mut().peer_mut(peer.key(), |peer| {
        (0..5).for_each(|_| add_ping(peer, Duration::from_millis(20)));
    });
}

fn is_there(desk: &Desk, peer: &Peer) -> bool {
    desk.engine.network().is_verified(peer.key())
}

/// Lets `time` seconds pass, step by step. Returns each ping: seconds since the start, and
/// destination.
fn pings_within(desk: &mut Desk, time: f64) -> Vec<(f64, SocketAddr)> {
    run(desk, time, |_, _, _| {})
}

/// Like [`pings_within`], but calls `answer` for each ping.
fn run(
    desk: &mut Desk,
    time: f64,
    mut answer: impl FnMut(&mut Desk, SocketAddr, u16),
) -> Vec<(f64, SocketAddr)> {
    let start = desk.now;
    let end = start + Duration::from_secs_f64(time);
    let mut pings = Vec::new();
    while desk.engine.poll_timeout().is_some_and(|at| at <= end) {
        for (when, to, datagram) in desk.tick(1) {
            if datagram[22] == Ping::ID {
                pings.push(((when - start).as_secs_f64(), to));
                let number = u16::from_be_bytes([datagram[31], datagram[32]]);
                answer(desk, to, number);
            }
        }
    }
    desk.now = end;
    pings
}

fn pong(desk: &mut Desk, from: SocketAddr, identifier: u16) {
    desk.give(from, &sealed(ID, &key(0), 9, &Pong { identifier }));
    desk.drain();
}

fn near(time: f64, wanted: f64) -> bool {
    // A turn comes twice a second.
    (wanted..wanted + 0.51).contains(&time)
}

#[test]
fn an_answer_that_was_lost_while_the_process_was_suspended_costs_no_peer() {
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    measured(&mut desk, &peer);
    assert_eq!(pings_within(&mut desk, 28.5).len(), 1);
    desk.now += Duration::from_secs(600);
    assert_eq!(pings_within(&mut desk, 3.0).len(), 1, "it is asked again");
    assert!(is_there(&desk, &peer));
    // It had its time to answer now.
    pings_within(&mut desk, 10.0);
    assert!(!is_there(&desk, &peer));
}

#[test]
fn a_peer_with_few_ping_times_is_pinged_every_ten_seconds_until_it_has_five() {
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    let pings = run(&mut desk, 120.0, |desk, to, number| {
        desk.pass(Duration::from_millis(30));
        pong(desk, to, number);
    });
    let times: Vec<f64> = pings.iter().map(|(time, _)| *time).collect();
    assert!(times.len() > 5, "{times:?}");
    for pair in times[..5].windows(2) {
        assert!((10.0..11.1).contains(&(pair[1] - pair[0])), "{times:?}");
    }
    // From then on it is pinged only after a silence.
    for pair in times[4..].windows(2) {
        assert!((27.5..28.6).contains(&(pair[1] - pair[0])), "{times:?}");
    }
    let known = desk.engine.network().peer(peer.key());
    assert_eq!(
        known.and_then(Peer::median_ping),
        Some(Duration::from_millis(30))
    );
}

#[test]
fn a_silent_peer_is_pinged_and_then_dropped() {
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    measured(&mut desk, &peer);
    let pings = pings_within(&mut desk, 57.5);
    let times: Vec<f64> = pings.iter().map(|(time, _)| *time).collect();
    let expected = [27.5, 37.5, 47.5];
    assert!(
        times.len() >= 3
            && times
                .iter()
                .zip(expected)
                .enumerate()
                .all(|(index, (time, wanted))| {
                    (wanted..wanted + 0.6 * (index as f64 + 1.0)).contains(time)
                }),
        "{times:?}"
    );
    assert!(is_there(&desk, &peer), "not before its time");
    desk.tick(2);
    assert!(!is_there(&desk, &peer));
    // Its address is forgotten as well.
    assert!(!desk.engine.network().is_known(&at(1)));
}

#[test]
fn a_peer_that_was_never_heard_from_is_neither_silent_nor_inactive() {
    let mut desk = churn(|_| {});
    let peer = desk.befriend(1, at(1));
    measured(&mut desk, &peer);
    assert!(pings_within(&mut desk, 300.0).is_empty());
    assert!(is_there(&desk, &peer));
}

#[test]
fn a_peer_that_answers_or_speaks_is_never_dropped() {
    let mut desk = churn(|_| {});
    let answering = heard(&mut desk, 1);
    let speaking = heard(&mut desk, 2);
    for _ in 0..100 {
        run(&mut desk, 10.0, |desk, to, number| {
            if to == at(1) {
                pong(desk, to, number);
            }
        });
        hear(&mut desk, &speaking);
        assert!(is_there(&desk, &answering) && is_there(&desk, &speaking));
    }
}

#[test]
fn a_peer_whose_every_second_pong_is_lost_is_not_dropped() {
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    let mut count = 0;
    run(&mut desk, 1_000.0, |desk, to, number| {
        count += 1;
        if count % 2 == 0 {
            pong(desk, to, number);
        }
    });
    assert!(is_there(&desk, &peer));
}

#[test]
fn forged_signs_of_life_do_not_keep_a_peer() {
    // Once a second an attacker sends an unsigned message and a pong with a wrong number, both from
    // the address of a dead peer.
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    let start = desk.now;
    while is_there(&desk, &peer) {
        pings_within(&mut desk, 1.0);
        desk.give(at(1), &sealed(ID, &key(0), 9, &Ping { identifier: 1 }));
        desk.drain();
        pong(&mut desk, at(1), 4711);
        assert!(desk.now - start < Duration::from_secs(60), "still there");
    }
    assert!(desk.now - start > Duration::from_secs_f64(57.5));
}

#[test]
fn a_peer_that_changes_its_address_keeps_its_record() {
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    measured(&mut desk, &peer);
    assert_eq!(pings_within(&mut desk, 28.5).len(), 1);
    let network = desk.engine.network_mut();
    network.peer_mut(peer.key(), |peer| add_address(peer, at(9)));
    // The record of the last ping stays: the next ping follows ten seconds later, to the new
    // address.
    let pings = pings_within(&mut desk, 10.5);
    assert_eq!(pings.len(), 1, "{pings:?}");
    assert_eq!(pings[0].1, at(9));
    pings_within(&mut desk, 20.0);
    assert!(!is_there(&desk, &peer), "59 seconds of silence");
}

#[test]
fn another_key_at_the_address_of_a_dead_peer_is_not_taken_for_it() {
    let mut desk = churn(|_| {});
    let dead = heard(&mut desk, 1);
    measured(&mut desk, &dead);
    pings_within(&mut desk, 50.0);
    // Another key at the same address, heard from just now.
    let fresh = desk.befriend(2, at(1));
    hear(&mut desk, &fresh);
    measured(&mut desk, &fresh);
    pings_within(&mut desk, 10.0);
    assert!(!is_there(&desk, &dead));
    assert!(is_there(&desk, &fresh));
}

#[test]
fn no_peer_is_dropped_for_an_old_ping() {
    // The peer answered a ping, and then no step checked it for minutes.
    let mut desk = churn(|_| {});
    let peer = heard(&mut desk, 1);
    measured(&mut desk, &peer);
    run(&mut desk, 28.5, |desk, to, number| {
        desk.pass(Duration::from_millis(30));
        pong(desk, to, number);
    });
    desk.pass(Duration::from_secs(500));
    let pings = pings_within(&mut desk, 4.0);
    assert_eq!(pings.len(), 1, "pinged again before it is dropped");
    assert!(is_there(&desk, &peer), "it has five seconds to answer");
    pings_within(&mut desk, 2.0);
    assert!(!is_there(&desk, &peer));
}

#[test]
fn the_sample_has_the_configured_size() {
    for (sample_size, expected) in [(0, 0), (1, 1), (8, 8), (50, 12)] {
        let mut desk = churn(|churn| churn.sample_size = sample_size);
        for number in 1..=12 {
            heard(&mut desk, number);
        }
        let pinged: BTreeSet<_> = desk.tick(1).into_iter().map(|(_, to, _)| to).collect();
        assert_eq!(pinged.len(), expected, "sample_size {sample_size}");
    }
}

#[test]
fn the_times_are_options() {
    let mut desk = churn(|churn| {
        churn.ping_interval = 1.0;
        churn.inactive_time = 3.0;
        churn.drop_time = 6.0;
    });
    let peer = heard(&mut desk, 1);
    measured(&mut desk, &peer);
    let pings = pings_within(&mut desk, 6.0);
    assert!(near(pings[0].0, 3.0), "{pings:?}");
    assert!(pings.len() >= 2, "{pings:?}");
    assert!(is_there(&desk, &peer));
    pings_within(&mut desk, 1.1);
    assert!(!is_there(&desk, &peer));
}

#[test]
fn similarity_is_asked_of_a_random_peer_at_most_once_a_second() {
    for (interval, expected) in [(None, 20), (Some(5.0), 4)] {
        let mut strategies = Strategies::new();
        strategies.add::<PeriodicSimilarity>(-1, |similarity| {
            similarity.interval = interval.unwrap_or(similarity.interval);
        });
        let mut desk = desk(strategies);
        for number in 1..=20 {
            desk.befriend(number, at(number));
        }
        let end = desk.now + Duration::from_secs(20);
        let mut sent: Vec<(Instant, SocketAddr)> = Vec::new();
        while desk.engine.poll_timeout().is_some_and(|at| at <= end) {
            for (when, to, datagram) in desk.tick(1) {
                assert_eq!(datagram[22], SimilarityRequest::ID);
                sent.push((when, to));
            }
        }
        assert!(sent.len().abs_diff(expected) <= 1, "{}", sent.len());
        let least = Duration::from_secs_f64(interval.unwrap_or(1.0));
        assert!(sent.windows(2).all(|pair| pair[1].0 - pair[0].0 >= least));
        let asked: BTreeSet<_> = sent.iter().map(|(_, to)| *to).collect();
        assert!(asked.len() > 1, "not always the same: {sent:?}");
    }
}

/// Nodes that run the discovery community with its default strategies, and a second overlay without
/// a walk.
fn network(nodes: u16, delay: u64) -> Sim {
    let tracker = address("10.9.9.9:9");
    let mut sim = Sim::new(Duration::from_millis(delay));
    sim.add_tracker(tracker, 999);
    for number in 1..=nodes {
        let here = SocketAddr::from(([30, 0, (number >> 8) as u8, number as u8], 8090));
        let index = sim.add_seeded(here, number, 1);
        let mut strategies = Strategies::new();
        strategies
            .add::<RandomWalk>(20, |_| {})
            .add::<RandomChurn>(-1, |_| {})
            .add::<PeriodicSimilarity>(-1, |_| {});
        sim.add_overlay::<DiscoveryCommunity>(index, number, vec![tracker], (), strategies);
        let quiet = QuietId::default();
        sim.add_overlay::<Quiet>(index, number, Vec::new(), quiet, Strategies::new());
    }
    sim
}

fn mids(sim: &mut Sim, index: usize) -> BTreeSet<Mid> {
    let peers = sim.engine(index).network().verified_peers();
    peers.map(Peer::mid).collect()
}

#[test]
fn silent_nodes_leave_every_list_within_seventy_seconds_and_living_ones_stay() {
    const NODES: usize = 12;
    let mut sim = network(NODES as u16, 40);
    let everybody_met = sim.run_until(Duration::from_secs(120), |sim| {
        (1..=NODES).all(|node| mids(sim, node).len() == NODES - 1)
    });
    assert!(everybody_met);
    // `PeriodicSimilarity` finds the peers of the overlay that has no walk.
    sim.run_for(Duration::from_secs(60));
    for node in 1..=NODES {
        assert_eq!(sim.peers(node), NODES - 1, "node {node}");
    }
    sim.run_for(Duration::from_secs(240));
    let dropped: Vec<_> = sim
        .events
        .iter()
        .filter(|(_, _, event)| matches!(event, Event::PeerRemoved { .. }))
        .collect();
    assert!(dropped.is_empty(), "{dropped:?}");
    let mut latencies: BTreeMap<usize, BTreeSet<Mid>> = BTreeMap::new();
    for (_, node, event) in &sim.events {
        if let Event::Latency {
            peer, round_trip, ..
        } = event
        {
            assert_eq!(*round_trip, Duration::from_millis(80));
            latencies.entry(*node).or_default().insert(peer.mid());
        }
    }
    for node in 1..=NODES {
        assert_eq!(latencies[&node].len(), NODES - 1, "node {node}");
        let network = sim.engine(node).network();
        let mut medians = network.verified_peers().map(Peer::median_ping);
        assert!(medians.all(|median| median == Some(Duration::from_millis(80))));
    }
    // Three nodes go silent.
    let dead: Vec<usize> = vec![2, 5, 11];
    let dead_mids: BTreeSet<Mid> = dead.iter().map(|node| key(*node as u16).mid()).collect();
    dead.iter().for_each(|node| sim.unplug(*node));
    let living: Vec<usize> = (1..=NODES).filter(|node| !dead.contains(node)).collect();
    let gone = sim.run_until(Duration::from_secs(70), |sim| {
        living
            .iter()
            .all(|node| mids(sim, *node).is_disjoint(&dead_mids))
    });
    assert!(gone, "within 70 seconds");
    // They do not come back, and no other peer is removed.
    sim.run_for(Duration::from_secs(120));
    for node in &living {
        assert_eq!(mids(&mut sim, *node).len(), living.len() - 1, "node {node}");
        assert_eq!(sim.peers(*node), living.len() - 1, "node {node}");
        let network = sim.engine(*node).network();
        assert_eq!(network.peers_for_service(QUIET).count(), living.len() - 1);
    }
}
