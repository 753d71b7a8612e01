//! A tracker serves every host, so any host can try to fill it. Its bounds must keep it useful.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::CommunityId;
use ipv8_core::communities::TrackerLimits;
use ipv8_core::crypto::Mid;
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::state::DropReason;
use ipv8_core::wire::{IntroductionRequest, Style};
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};
use ipv8_tests::samples::samples;

use super::town::Town;

fn with_limits(limits: TrackerLimits) -> Town {
    Town::new(TrackerSettings {
        limits,
        ..TrackerSettings::default()
    })
}

/// All in one /16.
fn at(number: u16) -> SocketAddr {
    SocketAddr::from((
        [20, 0, number.to_be_bytes()[0], number.to_be_bytes()[1]],
        1000,
    ))
}

/// Lets peer `number` ask for `service`. Returns the address it is introduced to.
fn ask(town: &mut Town, service: CommunityId, number: u16) -> Option<SocketAddr> {
    town.ask(service, number, at(number))
}

#[test]
fn a_full_tracker_makes_room_for_recent_requesters() {
    let mut town = with_limits(TrackerLimits {
        max_peers: 20,
        ..TrackerLimits::default()
    });
    for number in 1..=200 {
        ask(&mut town, PROBE, number);
        town.pass(Duration::from_secs(1));
    }
    let services: Vec<_> = town.tracker.services().collect();
    assert_eq!(services, [(PROBE, 20)]);
    assert_eq!(town.tracker.counters().peers_evicted, 180);
    let mut introduced = BTreeSet::new();
    for _ in 0..100 {
        introduced.extend(ask(&mut town, PROBE, 200));
    }
    let numbers: Vec<_> = (1..=200)
        .filter(|number| introduced.contains(&at(*number)))
        .collect();
    let recent = numbers.iter().filter(|number| **number > 100).count();
    assert!(recent > numbers.len() * 3 / 4, "introduces {numbers:?}");
    assert!(numbers.len() > 5);
}

#[test]
fn fresh_keys_of_the_same_network_do_not_expel_all_others() {
    let mut town = with_limits(TrackerLimits {
        max_peers_per_service: 100,
        ..TrackerLimits::default()
    });
    for number in 1..=100 {
        ask(&mut town, PROBE, number);
        town.pass(Duration::from_millis(100));
    }
    let old: BTreeSet<_> = mids(&town.tracker, PROBE);
    assert_eq!(old.len(), 100);
    for number in 101..=200 {
        ask(&mut town, PROBE, number);
        town.pass(Duration::from_millis(100));
    }
    let stayed = mids(&town.tracker, PROBE).intersection(&old).count();
    // Each of them stays with a chance of 37 %.
    assert!((20..=55).contains(&stayed), "{stayed} of 100");
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
    let mut town = with_limits(limits);
    for number in 1..=5 {
        ask(&mut town, PROBE, number);
    }
    for number in 0..300 {
        // 50 communities per peer, below the limit of communities for one peer.
        let peer = 10 + u16::try_from(number / 50).expect("small");
        ask(&mut town, service(number), peer);
        assert_eq!(
            size(&town.tracker, service(number)),
            Some(1),
            "the new one is served"
        );
    }
    assert_eq!(town.tracker.service_count(), 100);
    assert_eq!(size(&town.tracker, PROBE), Some(5), "one with peers stays");
    assert_eq!(town.tracker.counters().services_evicted, 201);
    assert_eq!(town.tracker.counters().peer_services_evicted, 0);
}

#[test]
fn one_key_does_not_fill_the_tracker_with_communities() {
    let mut town = with_limits(TrackerLimits::default());
    for number in 0..500 {
        // The peer keeps asking for the first community.
        ask(&mut town, service(0), 1);
        ask(&mut town, service(number), 1);
    }
    assert_eq!(town.tracker.service_count(), 128);
    assert_eq!(town.tracker.counters().peer_services_evicted, 500 - 128);
    assert_eq!(
        size(&town.tracker, service(0)),
        Some(1),
        "the one it asks for stays"
    );
    assert_eq!(size(&town.tracker, service(499)), Some(1));
    assert_eq!(size(&town.tracker, service(1)), None, "the oldest goes");
    assert_eq!(town.tracker.peer_count(), 1);
}

#[test]
fn one_community_does_not_fill_the_tracker_with_peers() {
    let mut town = with_limits(TrackerLimits {
        max_peers_per_service: 10,
        ..TrackerLimits::default()
    });
    ask(&mut town, service(1), 1);
    for number in 1..=30 {
        ask(&mut town, PROBE, number);
    }
    assert_eq!(size(&town.tracker, PROBE), Some(10));
    assert_eq!(town.tracker.counters().service_peers_evicted, 20);
    // The first peer lost its place in the full community, but not in its other one.
    assert_eq!(town.tracker.peer_count(), 11);
    assert_eq!(size(&town.tracker, service(1)), Some(1));
}

fn mids(tracker: &Tracker, service: CommunityId) -> BTreeSet<Mid> {
    tracker.peers(service).map(|peer| peer.mid()).collect()
}

#[test]
fn the_most_crowded_network_gives_way() {
    let mut town = with_limits(TrackerLimits {
        max_peers: 30,
        ..TrackerLimits::default()
    });
    // One each in twenty /16, five in one /24, and three in each of thirty /24 of one /16.
    let alone = |number: u16| SocketAddr::from(([30, number.to_be_bytes()[1], 0, 1], 1000));
    let several = |number: u16| SocketAddr::from(([31, 0, 0, number.to_be_bytes()[1]], 1000));
    let many = |number: u16| {
        let [_, low] = number.to_be_bytes();
        SocketAddr::from(([32, 0, low % 30, low], 1000))
    };
    for number in 1..=20 {
        town.ask(PROBE, number, alone(number));
    }
    for number in 21..=25 {
        town.ask(PROBE, number, several(number));
    }
    for number in 100..=190 {
        town.ask(PROBE, number, many(number));
    }
    let stayed = mids(&town.tracker, PROBE);
    assert_eq!(stayed.len(), 30);
    assert!((1..=25).all(|n| stayed.contains(&key(n).public_key().mid())));
}

#[test]
fn one_site_has_a_bound_of_its_own() {
    let mut town = with_limits(TrackerLimits {
        max_peers_per_site: 10,
        ..TrackerLimits::default()
    });
    for number in 1..=30 {
        ask(&mut town, PROBE, number);
        town.pass(Duration::from_millis(100));
    }
    assert_eq!(town.tracker.peer_count(), 10);
    assert_eq!(town.tracker.counters().site_peers_evicted, 20);
    // On this machine there is no such bound.
    for number in 31..=60 {
        town.ask(PROBE, number, SocketAddr::from(([127, 0, 0, 1], number)));
    }
    assert_eq!(town.tracker.peer_count(), 40);
}

/// Many keys in one site compete with a few peers elsewhere.
#[test]
fn many_keys_of_one_site_expel_only_each_other() {
    let mut town = with_limits(TrackerLimits {
        max_peers: 100,
        ..TrackerLimits::default()
    });
    let honest = |number: u16| SocketAddr::from(([30, number.to_be_bytes()[1], 0, 1], 1000));
    for number in 1..=20 {
        town.ask(PROBE, number, honest(number));
    }
    for number in 0..1_000_u16 {
        // All in 20.0.0.x.
        let from = SocketAddr::from(([20, 0, 0, number.to_be_bytes()[1]], 1000 + number));
        town.settle(1_000 + number, from);
        let request = town.request(PROBE, 1_000 + number);
        town.deliver(from, &request);
        town.pass(Duration::from_millis(20));
    }
    town.pass(Duration::from_secs(5));
    let stayed = mids(&town.tracker, PROBE);
    let honest_stayed = (1..=20).filter(|n| stayed.contains(&key(*n).public_key().mid()));
    assert_eq!(honest_stayed.count(), 20);
    assert_eq!(town.tracker.peer_count(), 100);
    // The many keys do not dominate the introductions either.
    // One of them asks from another address now.
    town.homes.remove(&honest(9));
    let honest: BTreeSet<_> = (1..=20).map(honest).collect();
    let asking = SocketAddr::from(([40, 0, 0, 1], 1000));
    town.ask(PROBE, 9, asking);
    town.pass(Duration::from_secs(5));
    let answers = (0..500).map(|_| town.ask(PROBE, 9, asking));
    let answers: Vec<_> = answers.map(|answer| answer.expect("never empty")).collect();
    let good = answers.iter().filter(|answer| honest.contains(answer));
    assert!(good.count() > 450);
}

/// Returns the message ids of the answers to one request.
fn answers(town: &mut Town, from: SocketAddr, style: Style, supports_new: bool) -> Vec<u8> {
    let own = address("10.0.0.9:9");
    let mut request = IntroductionRequest::new(style, address("20.9.9.9:9"), own, own, 1);
    request.supports_new_style = supports_new;
    let packet = sealed_styled(PROBE, &key(1), style, request);
    town.sent.clear();
    town.deliver(from, &packet);
    // While no member can be introduced, the answer waits for a second.
    town.pass(Duration::from_secs(1));
    let sent = town.sent.iter().filter(|sent| !sent.is_request());
    let ids = sent.map(|sent| {
        assert_eq!(sent.to, from, "at the address it asked from");
        sent.id()
    });
    ids.collect()
}

#[test]
fn every_requester_is_answered_in_its_own_style() {
    let mut town = with_limits(TrackerLimits::default());
    let (v4, v6) = (at(1), address("[2a00:db8::1]:1"));
    for (from, style, supports_new, id) in [
        (v4, Style::Old, false, 245),
        (v4, Style::Old, true, 233),
        (v4, Style::New, true, 233),
        (v6, Style::New, true, 233),
        // A requester on IPv6 can read the new style, even if it does not say so.
        (v6, Style::Old, false, 233),
    ] {
        let ids = answers(&mut town, from, style, supports_new);
        assert_eq!(ids, [id], "{from} {style:?} {supports_new}");
    }
    assert_eq!(town.tracker.stats().dropped(), 0);
}

#[test]
fn a_tracker_takes_introduction_requests_and_nothing_else() {
    let mut town = with_limits(TrackerLimits::default());
    ask(&mut town, PROBE, 1);
    for sample in samples(PROBE, &key(1)) {
        for length in 0..=sample.bytes.len() {
            let before = town.tracker.stats().dropped();
            town.sent.clear();
            town.deliver(at(1), &sample.bytes[..length]);
            let whole =
                length == sample.bytes.len() && sample.signed && sample.name.ends_with("request");
            let answers = town.sent.len();
            let name = sample.name;
            assert_eq!(answers, usize::from(whole), "{name} cut to {length}");
            assert_eq!(town.tracker.stats().dropped() - before, u64::from(!whole));
        }
    }
    town.sent.clear();
    let own = town.request(PROBE, 0);
    town.deliver(at(1), &own);
    assert_eq!(town.tracker.stats().count(DropReason::OwnPacket), 1);
    assert!(town.sent.is_empty());
}
