//! More open requests than there are identifiers, and keys that send more messages than an
//! identifier can count.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{Event, Strategies};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::calculator::{Add, Calculator};
use ipv8_tests::desk::{address, overlay_config, sealed};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sent::Sent;
use ipv8_tests::sim::QUIET;

use crate::bounds::anywhere;

const SECOND: Duration = Duration::from_secs(1);
const ALL: u32 = 65_536 + 100;
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
const CALCULATOR: CommunityId = <Calculator as Community>::COMMUNITY_ID;

#[test]
fn more_open_requests_than_identifiers_are_refused_and_do_not_panic() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let settings = <Calculator as Community>::Settings::default();
    arena.add_overlay::<Calculator>(node, overlay_config(0), settings, Strategies::new());
    let actor = arena.add_actor(Actor::new(1, apart(1)));
    arena.befriend(node, CALCULATOR, &[actor]);
    let key = arena.actor(actor).public_key().clone();
    let peer = arena.engine(node).network().peer(&key).cloned();
    let peer = peer.expect("a peer");
    let ask = |arena: &mut Arena| {
        arena.call::<Calculator, _>(node, CALCULATOR, |_, cx| {
            let add = Add {
                left: 1,
                number: 0,
                right: 2,
            };
            cx.request(&peer, add, 10 * SECOND, Calculator::on_sum)
        })
    };
    let (mut asked, mut refused) = (0, 0);
    for _ in 0..ALL {
        match ask(&mut arena) {
            Ok(_) => asked += 1,
            Err(RequestError::Full | RequestError::NoNumber) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        arena.sent.clear();
    }
    assert_eq!(asked + refused, ALL);
    assert!(asked >= 4_096 && refused > 0, "{asked} asked");
    arena.run_for(11 * SECOND);
    assert!(ask(&mut arena).is_ok(), "there is room again");
}

#[test]
fn more_open_walks_than_identifiers_do_not_panic_and_walking_goes_on() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Quiet>(
        node,
        overlay_config(0),
        QuietId::default(),
        Strategies::new(),
    );
    let actor = arena.add_actor(Actor::new(1, apart(1)));
    let key = arena.actor(actor).public_key().clone();
    let walk = |arena: &mut Arena, to: SocketAddr| {
        arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(to));
    };
    for number in 0..ALL {
        walk(&mut arena, anywhere(number));
        arena.sent.clear();
    }
    let panics = arena.engine(node).stats().panics;
    assert_eq!(panics, 0);
    arena.run_for(30 * SECOND);
    walk(&mut arena, apart(1));
    arena.run_for(SECOND);
    assert!(arena.is_peer(node, QUIET, &key), "an answer still counts");
}

/// Returns the latencies that the node measured since the last call.
fn latencies(arena: &mut Arena) -> Vec<Duration> {
    let events = std::mem::take(&mut arena.events).into_iter();
    let times = events.filter_map(|(_, _, event)| match event {
        Event::Latency { round_trip, .. } => Some(round_trip),
        _ => None,
    });
    times.collect()
}

#[test]
fn latency_is_measured_and_peers_are_found_past_65_536_messages_of_one_key() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies.add::<RandomWalk>(20, |_| {});
    strategies.add::<RandomChurn>(-1, |churn| churn.ping_interval = 0.0);
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), strategies);
    let peers: Vec<_> = (1..=3)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, DISCOVERY, &peers);
    arena.run_for(10 * SECOND);
    for (number, time) in [(10, 65_500), (11, 131_040), (12, u64::MAX / 2)] {
        arena.call::<DiscoveryCommunity, _>(node, DISCOVERY, |_, cx| cx.update_global_time(time));
        arena.events.clear();
        let late = arena.add_actor(Actor::new(number, apart(number)));
        arena.befriend(node, DISCOVERY, &[late]);
        arena.run_for(10 * SECOND);
        let measured = latencies(&mut arena);
        assert!(measured.len() >= 5, "{} after {time}", measured.len());
        assert!(
            measured
                .iter()
                .all(|time| *time == Duration::from_millis(40))
        );
    }
}

/// Copies of one request of a peer from many addresses of one site: the node answers each, as the
/// request is valid, but sends no more to the site than 20 kB a second.
#[test]
fn responses_to_copies_of_a_request_stay_within_the_budget_of_a_site() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let settings = <Calculator as Community>::Settings::default();
    arena.add_overlay::<Calculator>(node, overlay_config(0), settings, Strategies::new());
    let actor = arena.add_actor(Actor::new(1, apart(1)));
    arena.befriend(node, CALCULATOR, &[actor]);
    let add = Add {
        left: 1,
        number: 7,
        right: 2,
    };
    let (to, key) = (arena.address(node), arena.actor(actor).key.clone());
    let request = sealed(CALCULATOR, &key, 1, &add);
    arena.sent.clear();
    for number in 0..4_000_u16 {
        let [_, host] = number.to_be_bytes();
        let source = SocketAddr::from(([31, 9, 9, host], 4_000 + number));
        arena.inject(source, to, &request);
        arena.run_for(Duration::from_millis(1));
    }
    let site = |sent: &&Sent| sent.to.to_string().starts_with("31.9.9.");
    let sent: usize = arena
        .sent
        .iter()
        .filter(site)
        .map(|sent| sent.bytes().len())
        .sum();
    assert!(
        sent > 10_000 && sent < 5 * 20_000,
        "{sent} bytes in four seconds"
    );
    let dropped = arena.engine(node).stats().count(DropReason::RateLimited);
    assert!(dropped > 3_000, "{dropped} refused");
    // The peer itself is answered at its own address.
    arena.sent.clear();
    arena.inject(apart(1), to, &request);
    assert!(arena.sent.iter().any(|sent| sent.to == apart(1)));
}
