//! One key past 200,000 messages, three times the range of a 16-bit identifier. Virtual time and
//! fixed seeds.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::internals::engine::{EngineConfig, Event};
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{IntroductionRequest, IntroductionResponse, Style, ids};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::{Community, CommunityId, RandomChurn, RandomWalk, Strategies};
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};
use ipv8_tests::sim::Sim;

const MESSAGES: u64 = 200_000;
const DELAY: Duration = Duration::from_millis(20);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// The number of nodes: the busy node that sends all the time, and its peers.
const NODES: u16 = 9;

fn at(number: u16) -> SocketAddr {
    SocketAddr::from(([30, 0, number.to_be_bytes()[1], 1], 1000))
}

/// Nine nodes that know one tracker. Node 1 pings all its peers in every step. Returns the
/// simulation and the tracker's index.
fn network() -> (Sim, usize) {
    let mut sim = Sim::new(DELAY);
    let tracker = sim.add_tracker(at(0), 0);
    for number in 1..=NODES {
        let busy = number == 1;
        let mut config = EngineConfig::new([number.to_be_bytes()[1]; 32]);
        let mut strategies = Strategies::<DiscoveryCommunity>::new();
        strategies.add::<RandomWalk>(i32::from(NODES) - 1, |_| {});
        if busy {
            config.walk_interval = DELAY;
            strategies.add::<RandomChurn>(-1, |churn| {
                (churn.ping_interval, churn.inactive_time) = (0.0, 0.0);
            });
        } else {
            strategies.add::<RandomChurn>(-1, |_| {});
        }
        let node = sim.add_engine(at(number), &config);
        sim.add_overlay::<DiscoveryCommunity>(node, number, vec![at(0)], (), strategies);
    }
    (sim, tracker)
}

/// Returns the round trips that `node` measured since the last call. Panics if a peer was removed.
fn round_trips(sim: &mut Sim, node: usize) -> Vec<Duration> {
    let events = std::mem::take(&mut sim.events).into_iter();
    let round_trips = events.filter_map(|(at, machine, event)| match event {
        Event::PeerRemoved { peer, .. } => panic!("{at:?}: {machine} has removed {peer}"),
        Event::Latency { round_trip, .. } if machine == node => Some(round_trip),
        _ => None,
    });
    round_trips.collect()
}

#[test]
fn latency_is_measured_and_the_tracker_keeps_all_nodes_past_200_000_messages() {
    let (mut sim, tracker) = network();
    let busy = 1;
    let others = usize::from(NODES) - 1;
    let everybody = |sim: &mut Sim| {
        (1..=usize::from(NODES))
            .all(|node| sim.engine(node).network().peer_count(DISCOVERY) == others)
    };
    assert!(
        sim.run_until(Duration::from_secs(120), everybody),
        "they meet"
    );
    sim.events.clear();
    let (mut sent, mut windows) = (0, 0);
    while sent < MESSAGES {
        sim.run_for(Duration::from_secs(60));
        let round_trips = round_trips(&mut sim, busy);
        let before = sent;
        sent = sim.engine(busy).stats().datagrams_out;
        let pinged = usize::try_from(sent - before).expect("fits");
        assert!(
            round_trips.len() > pinged * 8 / 10,
            "{} of {pinged} answered after {sent}",
            round_trips.len()
        );
        assert!(
            round_trips.iter().all(|time| *time == 2 * DELAY),
            "after {sent}"
        );
        let tracker = sim.tracker(tracker).expect("a tracker");
        assert_eq!(
            tracker.peers(DISCOVERY).count(),
            usize::from(NODES),
            "after {sent}"
        );
        assert_eq!(tracker.counters().timeouts, 0, "after {sent}");
        windows += 1;
    }
    let network = sim.engine(busy).network();
    assert!(
        network
            .verified_peers()
            .all(|peer| peer.pings().count() == 5)
    );
    let pings = sim.tracker(tracker).expect("a tracker").counters().pongs;
    eprintln!(
        "{sent} messages of one key in {windows} minutes; {pings} pings of the tracker answered"
    );
    assert!(
        pings > windows * u64::from(NODES),
        "each at least once a minute"
    );

    // A node that leaves now is noticed as quickly as at the start.
    sim.unplug(usize::from(NODES));
    sim.run_for(Duration::from_secs(70));
    let gone = key(NODES).public_key().clone();
    assert!((1..usize::from(NODES)).all(|node| !sim.engine(node).network().is_verified(&gone)));
    let mut listed = sim.tracker(tracker).expect("a tracker").peers(DISCOVERY);
    assert!(listed.all(|peer| *peer.key() != gone));
}

/// The tracker's clock advances by two with each introduction, and by one with each ping.
#[test]
fn a_tracker_keeps_living_peers_past_200_000_messages_of_its_own() {
    let mut tracker = Tracker::new(key(0), TrackerSettings::default(), [9; 32]);
    let mut now = Instant::now();
    let requests: Vec<_> = (1..=20)
        .map(|number| {
            let request = IntroductionRequest::new(
                Style::Old,
                address("20.9.9.9:9"),
                at(number),
                at(number),
                1,
            );
            sealed_styled(PROBE, &key(number), Style::Old, request)
        })
        .collect();
    // Number 21 asks once, and then only answers.
    let request = IntroductionRequest::new(Style::Old, address("20.9.9.9:9"), at(21), at(21), 1);
    tracker.handle(
        at(21),
        &sealed_styled(PROBE, &key(21), Style::Old, request),
        now,
    );
    let (mut messages, mut last_time) = (0_u64, 0);
    for round in 0_usize.. {
        if messages >= MESSAGES {
            break;
        }
        now += Duration::from_millis(20);
        let number = round % requests.len();
        let from = at(u16::try_from(number + 1).expect("small"));
        tracker.handle(from, &requests[number], now);
        if tracker.poll_timeout().is_some_and(|timeout| timeout <= now) {
            tracker.handle_timeout(now);
        }
        while let Some(outgoing) = tracker.poll_output() {
            messages += 1;
            // Signing is slow, so only the packets that the test reads are sealed.
            if outgoing.packet.message_id() != ids::INTRODUCTION_REQUEST {
                continue;
            }
            let packet = outgoing.packet.seal();
            let opened = introduction_opener(packet[22]).expect("known")(&packet);
            let opened = opened.expect("well made");
            let IntroductionMessage::Request(_, request) = opened.message else {
                panic!("not a request");
            };
            last_time = opened.global_time;
            let response = IntroductionResponse::new(
                address("20.9.9.9:9"),
                outgoing.to,
                outgoing.to,
                request.identifier,
            );
            let number = (1..=21).find(|number| at(*number) == outgoing.to);
            let signer = key(number.expect("one of them"));
            let response = sealed_styled(PROBE, &signer, Style::Old, response);
            tracker.handle(outgoing.to, &response, now);
        }
    }
    assert!(
        tracker
            .peers(PROBE)
            .any(|peer| *peer.key() == *key(21).public_key())
    );
    assert_eq!(tracker.peer_count(), 21);
    let pings = tracker.counters().pongs;
    assert!(pings > 30, "{pings}");
    assert!(last_time < 65_536, "the clock on the wire has 16 bits");
    assert_eq!(tracker.median_round_trip(), Some(Duration::ZERO));
}
