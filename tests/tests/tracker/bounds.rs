//! A tracker serves every host, so any host can try to fill it. Its bounds must keep it useful.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::CommunityId;
use ipv8_core::communities::TrackerLimits;
use ipv8_core::crypto::{Mid, PrivateKey};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::state::DropReason;
use ipv8_core::wire::{IntroductionRequest, Style};
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};
use ipv8_tests::samples::samples;
use ipv8_tests::wire_fields::{Field, read};

fn with_limits(limits: TrackerLimits) -> Tracker {
    let options = TrackerSettings {
        limits,
        ..TrackerSettings::default()
    };
    Tracker::new(key(0), options, [1; 32])
}

fn at(number: u16) -> SocketAddr {
    SocketAddr::from((
        [20, 0, number.to_be_bytes()[0], number.to_be_bytes()[1]],
        1000,
    ))
}

fn request(service: CommunityId, signer: &PrivateKey, from: SocketAddr) -> Vec<u8> {
    let request = IntroductionRequest::new(Style::Old, address("20.9.9.9:9"), from, from, 1);
    sealed_styled(service, signer, Style::Old, request)
}

/// Lets peer `number` ask for `service`. Returns the address it is introduced to.
fn ask(
    tracker: &mut Tracker,
    service: CommunityId,
    number: u16,
    now: Instant,
) -> Option<SocketAddr> {
    tracker.handle(at(number), &request(service, &key(number), at(number)), now);
    let sent: Vec<_> = std::iter::from_fn(|| tracker.poll_output()).collect();
    let response = sent.into_iter().find(|outgoing| outgoing.to == at(number));
    let response = response.expect("an answer").packet.seal();
    let (_, _, fields) = read(&response);
    let introduced = fields
        .into_iter()
        .find(|(name, _)| *name == "wan_introduction_address");
    match introduced.expect("the field").1 {
        Field::Address(address) if address.port() != 0 => Some(address),
        _ => None,
    }
}

#[test]
fn a_full_tracker_makes_room_for_recent_requesters() {
    let mut tracker = with_limits(TrackerLimits {
        max_peers: 20,
        ..TrackerLimits::default()
    });
    let mut now = Instant::now();
    for number in 1..=200 {
        now += Duration::from_secs(60);
        ask(&mut tracker, PROBE, number, now);
    }
    let services: Vec<_> = tracker.services().collect();
    assert_eq!(services, [(PROBE, 20)]);
    // Introduced peers have asked recently, not in the first hours.
    let mut introduced = BTreeSet::new();
    for _ in 0..100 {
        introduced.extend(ask(&mut tracker, PROBE, 200, now));
    }
    let numbers: Vec<_> = (1..=200)
        .filter(|number| introduced.contains(&at(*number)))
        .collect();
    let recent = numbers.iter().filter(|number| **number > 100).count();
    assert!(recent > numbers.len() * 3 / 4, "introduces {numbers:?}");
    assert!(numbers.len() > 5);
}

#[test]
fn peers_that_keep_asking_stay() {
    let mut tracker = with_limits(TrackerLimits {
        max_peers: 20,
        ..TrackerLimits::default()
    });
    let mut now = Instant::now();
    for number in 2..=200 {
        now += Duration::from_secs(1);
        ask(&mut tracker, PROBE, 1, now);
        now += Duration::from_secs(59);
        ask(&mut tracker, PROBE, number, now);
    }
    let introduced = (0..200).filter(|_| ask(&mut tracker, PROBE, 200, now) == Some(at(1)));
    assert!(
        introduced.count() > 0,
        "the peer that keeps asking was dropped"
    );
}

fn service(number: usize) -> CommunityId {
    let mut id = [0x55; 20];
    id[..8].copy_from_slice(&number.to_be_bytes());
    CommunityId::from_bytes(id)
}

fn size(tracker: &Tracker, service: CommunityId) -> Option<usize> {
    let mut services = tracker.services();
    services
        .find(|(listed, _)| *listed == service)
        .map(|(_, peers)| peers)
}

#[test]
fn there_is_always_room_for_another_community() {
    let limits = TrackerLimits {
        max_services: 100,
        ..TrackerLimits::default()
    };
    let mut tracker = with_limits(limits);
    let now = Instant::now();
    for number in 1..=5 {
        ask(&mut tracker, PROBE, number, now);
    }
    for number in 0..300 {
        // 50 communities per peer, below the limit of communities for one peer.
        let peer = 10 + u16::try_from(number / 50).expect("small");
        ask(&mut tracker, service(number), peer, now);
        assert_eq!(
            size(&tracker, service(number)),
            Some(1),
            "the new one is served"
        );
    }
    assert_eq!(tracker.service_count(), 100);
    assert_eq!(size(&tracker, PROBE), Some(5), "one with peers stays");
    assert_eq!(tracker.counters().services_evicted, 201);
    assert_eq!(tracker.counters().peer_services_evicted, 0);
}

#[test]
fn one_key_does_not_fill_the_tracker_with_communities() {
    let mut tracker = with_limits(TrackerLimits::default());
    let now = Instant::now();
    for number in 0..500 {
        // The peer keeps asking for the first community.
        ask(&mut tracker, service(0), 1, now);
        ask(&mut tracker, service(number), 1, now);
    }
    assert_eq!(tracker.service_count(), 128);
    assert_eq!(tracker.counters().peer_services_evicted, 500 - 128);
    assert_eq!(
        size(&tracker, service(0)),
        Some(1),
        "the one it asks for stays"
    );
    assert_eq!(size(&tracker, service(499)), Some(1));
    assert_eq!(size(&tracker, service(1)), None, "the oldest goes");
    assert_eq!(tracker.peer_count(), 1);
}

#[test]
fn one_community_does_not_fill_the_tracker_with_peers() {
    let mut tracker = with_limits(TrackerLimits {
        max_peers_per_service: 10,
        ..TrackerLimits::default()
    });
    let mut now = Instant::now();
    ask(&mut tracker, service(1), 1, now);
    for number in 1..=30 {
        now += Duration::from_secs(1);
        ask(&mut tracker, PROBE, number, now);
    }
    assert_eq!(size(&tracker, PROBE), Some(10));
    assert_eq!(tracker.counters().service_peers_evicted, 20);
    // The first peer lost its place in the full community, but not in its other one.
    assert_eq!(tracker.peer_count(), 11);
    assert_eq!(size(&tracker, service(1)), Some(1));
    let stayed = mids(&tracker, PROBE);
    let latest: BTreeSet<_> = (21..=30).map(|n| key(n).public_key().mid()).collect();
    assert_eq!(stayed, latest, "the oldest go first");
}

fn mids(tracker: &Tracker, service: CommunityId) -> BTreeSet<Mid> {
    tracker.peers(service).map(|peer| peer.mid()).collect()
}

#[test]
fn the_oldest_go_first_when_there_are_too_many_in_all() {
    let mut tracker = with_limits(TrackerLimits {
        max_peers: 3,
        ..TrackerLimits::default()
    });
    let mut now = Instant::now();
    for number in 1..=5 {
        now += Duration::from_secs(1);
        ask(&mut tracker, PROBE, number, now);
    }
    let latest: BTreeSet<_> = (3..=5).map(|n| key(n).public_key().mid()).collect();
    assert_eq!(mids(&tracker, PROBE), latest);
    assert_eq!(tracker.counters().peers_evicted, 2);
}

/// Many keys in one subnet compete with a few peers elsewhere.
#[test]
fn many_keys_of_one_subnet_expel_only_each_other() {
    let mut tracker = with_limits(TrackerLimits {
        max_peers: 100,
        ..TrackerLimits::default()
    });
    let mut now = Instant::now();
    let honest = |number: u16| SocketAddr::from(([30, 0, number.to_be_bytes()[1], 1], 1000));
    for number in 1..=20 {
        let packet = request(PROBE, &key(number), honest(number));
        tracker.handle(honest(number), &packet, now);
    }
    while tracker.poll_output().is_some() {}
    for number in 0..1000_u16 {
        now += Duration::from_millis(10);
        // All in 20.0.0.x.
        let from = SocketAddr::from(([20, 0, 0, number.to_be_bytes()[1]], 1000 + number));
        tracker.handle(from, &request(PROBE, &key(1000 + number), from), now);
        while tracker.poll_output().is_some() {}
    }
    let stayed = mids(&tracker, PROBE);
    let honest_stayed = (1..=20).filter(|n| stayed.contains(&key(*n).public_key().mid()));
    assert_eq!(honest_stayed.count(), 20);
    assert_eq!(tracker.peer_count(), 100);
    // The many keys do not dominate the introductions either.
    let answers = (0..1000).filter_map(|_| ask(&mut tracker, PROBE, 0xffff, now));
    let honest: BTreeSet<_> = (1..=20).map(honest).collect();
    let answers: Vec<_> = answers.collect();
    assert_eq!(answers.len(), 1000, "never an empty answer");
    let good = answers
        .iter()
        .filter(|answer| honest.contains(answer))
        .count();
    assert!(good > 900, "{good} of 1000");
}

/// Returns the message ids of the answers to one request.
fn answers(tracker: &mut Tracker, from: SocketAddr, style: Style, supports_new: bool) -> Vec<u8> {
    let own = address("10.0.0.9:9");
    let mut request = IntroductionRequest::new(style, address("20.9.9.9:9"), own, own, 1);
    request.supports_new_style = supports_new;
    let packet = sealed_styled(PROBE, &key(1), style, request);
    tracker.handle(from, &packet, Instant::now());
    let sent = std::iter::from_fn(|| tracker.poll_output());
    let ids = sent.map(|outgoing| {
        assert_eq!(outgoing.to, from, "at the address it asked from");
        outgoing.packet.seal()[22]
    });
    ids.collect()
}

#[test]
fn every_requester_is_answered_in_its_own_style() {
    let mut tracker = with_limits(TrackerLimits::default());
    let (v4, v6) = (at(1), address("[2001:db8::1]:1"));
    for (from, style, supports_new, id) in [
        (v4, Style::Old, false, 245),
        (v4, Style::Old, true, 233),
        (v4, Style::New, true, 233),
        (v6, Style::New, true, 233),
        // A requester on IPv6 can read the new style, even if it does not say so.
        (v6, Style::Old, false, 233),
    ] {
        let ids = answers(&mut tracker, from, style, supports_new);
        assert_eq!(ids, [id], "{from} {style:?} {supports_new}");
    }
    assert_eq!(tracker.stats().dropped(), 0);
}

#[test]
fn a_tracker_takes_introduction_requests_and_nothing_else() {
    let mut tracker = with_limits(TrackerLimits::default());
    let now = Instant::now();
    for sample in samples(PROBE, &key(1)) {
        for length in 0..=sample.bytes.len() {
            let before = tracker.stats().dropped();
            tracker.handle(at(1), &sample.bytes[..length], now);
            let whole =
                length == sample.bytes.len() && sample.signed && sample.name.ends_with("request");
            let answers = std::iter::from_fn(|| tracker.poll_output()).count();
            assert_eq!(
                answers,
                usize::from(whole),
                "{} cut to {length}",
                sample.name
            );
            assert_eq!(tracker.stats().dropped() - before, u64::from(!whole));
        }
    }
    tracker.handle(at(1), &request(PROBE, &key(0), at(1)), now);
    assert_eq!(tracker.stats().count(DropReason::OwnPacket), 1);
    assert!(tracker.poll_output().is_none());
}
