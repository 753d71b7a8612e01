//! A tracker serves everybody, so anybody can fill it: its bounds must not make it useless.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::CommunityId;
use ipv8_core::communities::tracker::{MAX_SERVICES, Tracker};
use ipv8_core::counters::DropReason;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::network::NetworkLimits;
use ipv8_core::payload::{IntroductionRequest, Style};
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};
use ipv8_tests::samples::samples;
use ipv8_tests::wire_fields::{Field, read};

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

/// Has `number` ask for `service`; gives whom it is introduced to.
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
fn a_full_tracker_makes_room_for_those_who_ask_now() {
    let limits = NetworkLimits {
        max_peers: 20,
        ..NetworkLimits::default()
    };
    let mut tracker = Tracker::new(key(0), limits, [1; 32]);
    let mut now = Instant::now();
    for number in 1..=200 {
        now += Duration::from_secs(60);
        ask(&mut tracker, PROBE, number, now);
    }
    let services: Vec<_> = tracker.services().collect();
    assert_eq!(services, [(PROBE, 20)]);
    // Whoever is introduced has asked lately, not in the first hours.
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
fn those_who_keep_asking_stay() {
    let limits = NetworkLimits {
        max_peers: 20,
        ..NetworkLimits::default()
    };
    let mut tracker = Tracker::new(key(0), limits, [1; 32]);
    let mut now = Instant::now();
    for number in 2..=200 {
        now += Duration::from_secs(1);
        ask(&mut tracker, PROBE, 1, now);
        now += Duration::from_secs(59);
        ask(&mut tracker, PROBE, number, now);
    }
    let introduced = (0..200).filter(|_| ask(&mut tracker, PROBE, 200, now) == Some(at(1)));
    assert!(introduced.count() > 0, "the faithful one was dropped");
}

#[test]
fn there_is_always_room_for_another_community() {
    let mut tracker = Tracker::new(key(0), NetworkLimits::default(), [1; 32]);
    let now = Instant::now();
    let service = |number: usize| {
        let mut id = [0x55; 20];
        id[..8].copy_from_slice(&number.to_be_bytes());
        CommunityId::from_bytes(id)
    };
    for number in 1..=5 {
        ask(&mut tracker, PROBE, number, now);
    }
    for number in 0..MAX_SERVICES + 100 {
        ask(&mut tracker, service(number), 1, now);
        if number % 100 > 0 {
            continue;
        }
        let served = tracker
            .services()
            .find(|(listed, _)| *listed == service(number));
        assert_eq!(served, Some((service(number), 1)), "the new one is served");
    }
    assert_eq!(tracker.services().count(), MAX_SERVICES);
    let popular = tracker.services().find(|(listed, _)| *listed == PROBE);
    assert_eq!(popular, Some((PROBE, 5)), "one with peers stays");
}

#[test]
fn a_tracker_takes_introduction_requests_and_nothing_else() {
    let mut tracker = Tracker::new(key(0), NetworkLimits::default(), [1; 32]);
    let now = Instant::now();
    for sample in samples(PROBE, &key(1)) {
        for length in 0..=sample.bytes.len() {
            let before = tracker.statistics().dropped();
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
            assert_eq!(tracker.statistics().dropped() - before, u64::from(!whole));
        }
    }
    tracker.handle(at(1), &request(PROBE, &key(0), at(1)), now);
    assert_eq!(tracker.statistics().count(DropReason::OwnPacket), 1);
    assert!(tracker.poll_output().is_none());
}
