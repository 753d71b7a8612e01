//! What a node shows of its strangers: events, and counts of what it refused.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::engine::Event;
use ipv8_core::internals::payload::{IntroductionResponse, PunctureRequest, Style};
use ipv8_core::prelude::*;
use ipv8_core::state::Budget;
use ipv8_tests::desk::{Desk, PROBE, address, key, overlay_config, sealed_styled};
use ipv8_tests::probe::{Probe, ProbeSettings};

const NONE: &str = "0.0.0.0:0";

/// The address of a node at another provider for each number.
fn at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([20 + high, low, 0, 1], 8090))
}

/// The events after a datagram.
fn events_of(desk: &mut Desk, source: SocketAddr, datagram: &[u8]) -> Vec<Event> {
    desk.give(source, datagram);
    desk.drain().1
}

/// Lets `number`'s key answer a request at `source`, where it sees us at `seen`.
fn answer(desk: &mut Desk, number: u16, source: SocketAddr, seen: &str) -> Vec<Event> {
    let identifier = desk.ask::<Probe>(PROBE, source);
    let response = IntroductionResponse::new(address(seen), address(NONE), source, identifier);
    let datagram = sealed_styled(PROBE, &key(number), Style::Old, response);
    events_of(desk, source, &datagram)
}

#[test]
fn a_budget_that_is_used_up_is_counted_each_time_and_reported_once_in_ten_seconds() {
    let mut desk = Desk::new();
    let mut puncture = |from: u16, wait: u64| {
        desk.pass(Duration::from_secs(wait));
        let request = PunctureRequest {
            lan_walker: address(NONE),
            wan_walker: at(1_000 + from),
            identifier: 5,
        };
        let datagram = sealed_styled(PROBE, &key(1), Style::New, request);
        let events = events_of(&mut desk, at(from), &datagram);
        let refused = desk.engine.stats().refused(Budget::PuncturesOfStrangers);
        let used_up = events.iter().filter_map(|event| match event {
            Event::BudgetUsedUp { budget, .. } => Some(*budget),
            _ => None,
        });
        (used_up.collect::<Vec<_>>(), refused)
    };
    for from in 0..5 {
        assert_eq!(puncture(from, 0), (vec![], 0));
    }
    assert_eq!(puncture(5, 0), (vec![Budget::PuncturesOfStrangers], 1));
    assert_eq!(puncture(6, 0), (vec![], 2));
    for from in 7..12 {
        assert_eq!(puncture(from, u64::from(from == 7) * 9), (vec![], 2));
    }
    assert_eq!(puncture(12, 0), (vec![], 3), "nine seconds later");
    for from in 13..18 {
        assert_eq!(puncture(from, u64::from(from == 13)), (vec![], 3));
    }
    let again = (vec![Budget::PuncturesOfStrangers], 4);
    assert_eq!(puncture(18, 0), again, "ten seconds later");
}

#[test]
fn a_peer_that_proves_a_new_address_is_reported_with_both_addresses() {
    let mut desk = Desk::new();
    let moves = |events: Vec<Event>| {
        let moves = events.into_iter().filter_map(|event| match event {
            Event::PeerMoved { peer, from, .. } => Some((from, peer.address())),
            _ => None,
        });
        moves.collect::<Vec<_>>()
    };
    let events = answer(&mut desk, 1, at(1), "50.5.5.5:8090");
    assert_eq!(moves(events), [], "a new peer did not move");
    let events = answer(&mut desk, 1, at(1), "50.5.5.5:8090");
    assert_eq!(moves(events), [], "it is where it was");
    let events = answer(&mut desk, 1, at(2), "50.5.5.5:8090");
    assert_eq!(moves(events), [(at(1), at(2))]);
}

#[test]
fn a_changed_wan_estimate_is_reported_and_a_lie_is_not() {
    let mut desk = Desk::new();
    let mut seen = |number: u16, seen: &str| {
        let events = answer(&mut desk, number, at(number), seen);
        let estimates = events.into_iter().filter_map(|event| match event {
            Event::WanAddress { estimate, .. } => Some(estimate.to_string()),
            _ => None,
        });
        estimates.collect::<Vec<_>>()
    };
    assert_eq!(seen(1, "50.5.5.5:8090"), ["50.5.5.5:8090"]);
    for number in 2..5 {
        assert_eq!(seen(number, "50.5.5.5:8090"), [""; 0]);
    }
    assert_eq!(seen(5, "60.6.6.6:8090"), [""; 0], "one liar");
}

#[test]
fn the_answer_of_a_tracker_counts_as_no_refused_peer() {
    let mut config = overlay_config(0);
    config.bootstrappers = DispersyBootstrapper::new([at(9)]).into();
    let mut desk = Desk::with(config, ProbeSettings::default(), Strategies::new());
    answer(&mut desk, 9, at(9), "50.5.5.5:8090");
    let network = desk.engine.network();
    assert!(!network.is_verified(key(9).public_key()));
    assert_eq!(network.stats().blacklisted_peers, 0);
}
