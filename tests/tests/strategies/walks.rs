//! `RandomWalk` and `EdgeWalk` with all their options, on one node in virtual time.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Event, Input};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::wire::{IntroductionRequest, IntroductionResponse, Style};
use ipv8_tests::desk::{Desk, PROBE, address, key, overlay_config, sealed_styled};
use ipv8_tests::probe::{Probe, ProbeSettings};

/// A random walk that sends one request a step and never resets by chance, unless configured.
fn random_walk(configure: impl FnOnce(&mut RandomWalk)) -> Strategies<Probe> {
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(-1, |walk| {
        walk.reset_chance = 0;
        walk.requests_per_step = 1;
        configure(walk);
    });
    strategies
}

fn edge_walk(configure: impl FnOnce(&mut EdgeWalk)) -> Strategies<Probe> {
    let mut strategies = Strategies::new();
    strategies.add::<EdgeWalk>(-1, configure);
    strategies
}

fn desk(strategies: Strategies<Probe>) -> Desk {
    Desk::with(overlay_config(0), ProbeSettings::default(), strategies)
}

/// Returns the address of an introduced node. Each is on a host of its own, because a host gets
/// only four requests a minute that it does not answer. Most are at other providers, because a node
/// whose peers are at one provider looks for others.
fn at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([40, low, high, 1], 8090))
}

/// Returns the number of the introduced node at this address; `None` for other addresses.
fn number_of(address: SocketAddr) -> Option<u16> {
    match address.ip() {
        IpAddr::V4(host) if host.octets()[0] == 40 => {
            Some(u16::from_be_bytes([host.octets()[2], host.octets()[1]]))
        }
        _ => None,
    }
}

/// Returns the address of a peer.
fn friend_at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([20, low, high, 1], 8090))
}

/// Peer 1, which has introduced `count` addresses.
fn with_walkable(desk: &mut Desk, count: u16) -> Peer {
    let friend = desk.befriend(1, friend_at(1));
    introduce(desk, &friend, 1..=count);
    friend
}

fn introduce(desk: &mut Desk, by: &Peer, numbers: impl IntoIterator<Item = u16>) {
    for number in numbers {
        desk.engine
            .network_mut()
            .discover_address(by, at(number), Some(PROBE), false);
    }
    desk.drain_after_flush();
}

/// Delivers the response of node `number` to the last request. It introduces no peer.
fn answer(desk: &mut Desk, number: u16) {
    let (here, there, identifier) = (
        address("50.5.5.5:5"),
        at(number),
        desk.identifier(at(number)),
    );
    let response = IntroductionResponse::new(here, there, there, identifier);
    let response = sealed_styled(PROBE, &key(100 + number), Style::Old, response);
    desk.receive(at(number), &response);
}

fn destinations(sent: &[(Instant, SocketAddr, Vec<u8>)]) -> Vec<SocketAddr> {
    sent.iter().map(|(_, to, _)| *to).collect()
}

#[test]
fn the_window_limits_the_unanswered_requests() {
    for window in [1, 2, 5, 9] {
        let mut desk = desk(random_walk(|walk| walk.window_size = window));
        for number in 1..=20 {
            let friend = desk.befriend(number, friend_at(number));
            introduce(&mut desk, &friend, [number]);
        }
        // The timeout is three seconds, so six steps of half a second fit.
        let sent = destinations(&desk.tick(6));
        assert_eq!(sent.len(), window.min(6), "window {window}");
        assert_eq!(
            sent.iter().collect::<BTreeSet<_>>().len(),
            sent.len(),
            "each address once"
        );
    }
}

#[test]
fn one_introducer_has_half_of_the_window() {
    for (window, share) in [(1, 1), (2, 1), (5, 2), (9, 4)] {
        let mut desk = desk(random_walk(|walk| walk.window_size = window));
        let friend = with_walkable(&mut desk, 20);
        let sent = destinations(&desk.tick(6));
        let walks = sent.iter().filter(|to| **to != friend.address()).count();
        assert_eq!(walks, share, "window {window}");
        let asked = if window == 1 { 0 } else { 6 - share };
        assert_eq!(
            sent.len() - walks,
            asked,
            "otherwise it asks for introductions"
        );
    }
}

/// Asks peer 1, and delivers a response that introduces `number`.
fn answer_with(desk: &mut Desk, number: u16) {
    let from = friend_at(1);
    let identifier = desk.ask::<Probe>(PROBE, from);
    let mut response = IntroductionResponse::new(address("50.5.5.5:5"), from, from, identifier);
    response.wan_introduction = at(number);
    desk.receive(from, &sealed_styled(PROBE, &key(1), Style::Old, response));
}

#[test]
fn the_newest_introduction_goes_first() {
    let mut desk = desk(random_walk(|_| {}));
    with_walkable(&mut desk, 20);
    for number in [101, 102] {
        answer_with(&mut desk, number);
    }
    assert_eq!(destinations(&desk.tick(1)), [at(102)]);
    assert_eq!(destinations(&desk.tick(1)), [at(101)]);
}

#[test]
fn a_step_sends_up_to_three_requests_while_they_are_answered() {
    let mut desk = desk(random_walk(|walk| {
        walk.requests_per_step = 3;
        walk.window_size = 8;
    }));
    desk.befriend(1, friend_at(1));
    for numbers in [[101, 102, 103, 104], [105, 106, 107, 108]] {
        numbers
            .into_iter()
            .for_each(|number| answer_with(&mut desk, number));
        let [first, second, third] = [3, 2, 1].map(|place| at(numbers[place]));
        assert_eq!(destinations(&desk.tick(1)), [first, second, third]);
        for number in &numbers[1..] {
            answer(&mut desk, *number);
        }
        // Once they are used up, one request asks a peer for new introductions.
        let sent = destinations(&desk.tick(1));
        assert_eq!((sent[0], sent.len()), (at(numbers[0]), 2));
        answer(&mut desk, numbers[0]);
        let sent = desk.tick(5);
        let counts: Vec<_> = sent.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).collect();
        assert_eq!(
            counts,
            [2, 2, 2, 2, 1],
            "two a step, until no introduction comes"
        );
    }
}

#[test]
fn unanswered_requests_reduce_a_step_to_one_request() {
    let mut desk = desk(random_walk(|walk| walk.requests_per_step = 3));
    with_walkable(&mut desk, 0);
    for number in [101, 102, 103] {
        answer_with(&mut desk, number);
    }
    // At most two of one introducer, and then it is asked for a new introduction.
    assert_eq!(
        destinations(&desk.tick(1)),
        [at(103), at(102), friend_at(1)]
    );
    for number in [110, 120] {
        let friend = desk.befriend(number, friend_at(number));
        introduce(&mut desk, &friend, [number]);
    }
    assert_eq!(desk.tick(1).len(), 2, "a walk and a question");
    assert_eq!(desk.tick(1).len(), 1, "three of five are unanswered");
}

#[test]
fn a_step_walks_to_no_more_addresses_than_peers_are_missing() {
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(3, |walk| walk.reset_chance = 0);
    let mut desk = desk(strategies);
    desk.befriend(1, friend_at(1));
    desk.befriend(2, friend_at(2));
    for number in [101, 102, 103] {
        answer_with(&mut desk, number);
    }
    assert_eq!(destinations(&desk.tick(1)), [at(103)]);
}

#[test]
fn a_walker_without_peers_asks_the_tracker_again_and_again_but_not_for_ever() {
    let mut config = overlay_config(0);
    let tracker = address("20.0.0.9:9");
    config.bootstrappers = DispersyBootstrapper::new([tracker]).into();
    let walk = random_walk(|walk| {
        walk.requests_per_step = 3;
        walk.timeout = 0.0;
    });
    let mut desk = Desk::with(config, ProbeSettings::default(), walk);
    assert_eq!(destinations(&desk.tick(1)), [tracker]);
    let mut asked = 0;
    let mut is_asked = true;
    for number in 1..=20 {
        if is_asked {
            let (here, identifier) = (address("50.5.5.5:5"), desk.identifier(tracker));
            let mut response = IntroductionResponse::new(here, tracker, tracker, identifier);
            response.wan_introduction = at(number);
            let response = sealed_styled(PROBE, &key(9), Style::Old, response);
            desk.receive(tracker, &response);
        } else {
            let by = Peer::new(key(9).public_key().clone(), tracker, desk.now);
            introduce(&mut desk, &by, [number]);
        }
        let mut sent = destinations(&desk.tick(1));
        if sent.is_empty() {
            // A round of the overlay itself, which has just asked the tracker.
            sent = destinations(&desk.tick(1));
        }
        assert_eq!(sent[0], at(number));
        is_asked = sent.contains(&tracker);
        asked += sent.iter().filter(|to| **to == tracker).count();
    }
    assert_eq!(asked, 4);
}

#[test]
fn a_window_of_zero_is_no_limit() {
    let mut desk = desk(random_walk(|walk| {
        walk.window_size = 0;
        walk.timeout = 1e9;
    }));
    with_walkable(&mut desk, 50);
    let sent: BTreeSet<_> = destinations(&desk.tick(50)).into_iter().collect();
    assert_eq!(sent, (1..=50).map(at).collect(), "all of them, each once");
}

#[test]
fn an_answered_request_leaves_the_window() {
    let mut desk = desk(random_walk(|walk| walk.window_size = 1));
    with_walkable(&mut desk, 20);
    for step in 0..10 {
        let sent = destinations(&desk.tick(1));
        assert_eq!(sent.len(), 1, "step {step}");
        answer(&mut desk, number_of(sent[0]).expect("an introduced node"));
    }
    assert_eq!(desk.engine.network().peer_count(PROBE), 11);
}

#[test]
fn an_address_of_another_overlay_s_peer_is_asked_once_within_the_timeout() {
    // A verified peer at the address does not run this overlay and never answers. The walk must not
    // ask the address again in every step.
    let mut desk = desk(random_walk(|_| {}));
    let friend = with_walkable(&mut desk, 0);
    introduce(&mut desk, &friend, [1]);
    let other = Peer::new(key(50).public_key().clone(), at(1), desk.now);
    let network = desk.engine.network_mut();
    network.add_verified_peer(&other);
    network.discover_services(other.key(), [CommunityId::from_bytes([0xee; 20])]);
    assert_eq!(network.walkable_count(PROBE), 1);
    let sent = destinations(&desk.tick(6));
    let asked = sent.iter().filter(|to| **to == at(1)).count();
    assert_eq!(asked, 1, "once within the timeout");
    desk.tick(4);
    assert!(
        desk.engine.network().is_verified(other.key()),
        "the peer is not removed for its silence"
    );
}

#[test]
fn an_address_that_does_not_answer_is_forgotten_after_the_timeout() {
    for timeout in [0.0, 0.7, 3.0] {
        let mut desk = desk(random_walk(|walk| walk.timeout = timeout));
        with_walkable(&mut desk, 1);
        let asked = desk.tick(1)[0].0;
        let limit = asked + Duration::from_secs_f64(timeout);
        while desk.engine.network().is_known(&at(1)) {
            desk.tick(1);
        }
        assert!(desk.now > limit, "timeout {timeout}");
        assert!(
            desk.now <= limit + Duration::from_millis(501),
            "timeout {timeout}"
        );
    }
}

#[test]
fn odd_timeouts_do_no_harm() {
    for timeout in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
        let mut desk = desk(random_walk(|walk| {
            walk.timeout = timeout;
            walk.target_interval = timeout;
        }));
        with_walkable(&mut desk, 5);
        desk.tick(20);
        assert_eq!(desk.engine.stats().panics, 0, "{timeout}");
        let mut desk = self::desk(edge_walk(|walk| walk.edge_timeout = timeout));
        with_walkable(&mut desk, 5);
        desk.tick(20);
        assert_eq!(desk.engine.stats().panics, 0, "{timeout}");
    }
}

#[test]
fn the_reset_chance_is_in_256_and_asks_a_peer() {
    for (chance, low, high) in [(0, 0, 0), (50, 140, 250), (255, 990, 1000)] {
        let mut desk = desk(random_walk(|walk| {
            walk.reset_chance = chance;
            walk.timeout = 0.0;
        }));
        let friend = desk.befriend(1, friend_at(1));
        let mut resets = 0;
        // New ones each time: an address gets only four requests a minute.
        for round in 1..=1000 {
            introduce(&mut desk, &friend, [round, 10_000 + round, 20_000 + round]);
            let sent = destinations(&desk.tick(1));
            resets += sent.iter().filter(|to| **to == friend.address()).count();
        }
        assert!(
            (low..=high).contains(&resets),
            "chance {chance}: {resets} of 1000"
        );
    }
}

#[test]
fn with_nothing_walkable_a_peer_is_asked_and_without_peers_the_trackers() {
    let mut config = overlay_config(0);
    let trackers = [address("20.0.0.8:8"), address("20.0.0.9:9")];
    config.bootstrappers = DispersyBootstrapper::new(trackers.iter().copied()).into();
    let mut desk = Desk::with(config, ProbeSettings::default(), random_walk(|_| {}));
    assert_eq!(destinations(&desk.tick(1)), trackers);
    assert!(desk.engine.network().is_blacklisted(&trackers[0]));
    desk.befriend(1, friend_at(1));
    let (mut steps, mut reminders) = (0, 0);
    while steps < 400 {
        let sent = destinations(&desk.tick(1));
        if let [to] = sent[..] {
            steps += 1;
            reminders += usize::from(trackers.contains(&to));
        } else {
            assert!(
                sent.is_empty() || sent == trackers,
                "neither one request a step nor a round of the overlay itself: {sent:?}"
            );
        }
    }
    assert!(
        (5..=45).contains(&reminders),
        "about 5 % go to a tracker: {reminders}"
    );
}

#[test]
fn the_target_interval_slows_it_down() {
    let mut desk = desk(random_walk(|walk| {
        walk.target_interval = 1.8;
        walk.window_size = 0;
    }));
    with_walkable(&mut desk, 50);
    let sent = desk.tick(40);
    for pair in sent.windows(2) {
        let apart = pair[1].0 - pair[0].0;
        // The first turn after 1.8 s is at 2 s.
        assert_eq!(apart, Duration::from_secs(2));
    }
    assert_eq!(sent.len(), 10);
}

#[test]
fn a_target_of_zero_never_steps_and_of_minus_one_always() {
    for (target, skipped) in [(0, true), (-1, false)] {
        let mut strategies = Strategies::new();
        strategies.add::<RandomWalk>(target, |_| {});
        let mut desk = desk(strategies);
        for peers in 0..60 {
            desk.befriend(peers + 1, friend_at(peers + 1));
            desk.now = desk.engine.poll_timeout().expect("a turn");
            desk.engine.handle(Input::Timeout, desk.now);
            let (sent, events) = desk.drain();
            assert!(!skipped || sent.is_empty());
            let [Event::Step(step)] = &events[..] else {
                panic!("one step")
            };
            assert_eq!(
                step.skipped, skipped,
                "target {target} with {} peers",
                step.peers
            );
        }
    }
}

#[test]
fn at_its_target_a_strategy_is_skipped_and_taken_up_again_below() {
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(3, |_| {});
    let mut desk = desk(strategies);
    let skipped = |desk: &mut Desk| {
        desk.now = desk.engine.poll_timeout().expect("a turn");
        desk.engine.handle(Input::Timeout, desk.now);
        let events = desk.drain().1;
        let steps: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Step(step) => Some(step.skipped),
                _ => None,
            })
            .collect();
        assert_eq!(steps.len(), 1);
        steps[0]
    };
    for number in 1..=5 {
        assert_eq!(skipped(&mut desk), number > 3, "with {} peers", number - 1);
        desk.befriend(number, friend_at(number));
    }
    for number in 1..=5 {
        desk.engine
            .network_mut()
            .remove_peer(key(number).public_key());
        assert_eq!(skipped(&mut desk), number < 3, "with {} peers", 5 - number);
    }
}

/// Adds six neighbours, each of which has introduced `each` addresses.
fn neighbourhood(desk: &mut Desk, each: u16) -> Vec<Peer> {
    let peers: Vec<_> = (1..=6)
        .map(|number| desk.befriend(number, friend_at(number)))
        .collect();
    for (index, peer) in (0..).zip(&peers) {
        introduce(
            desk,
            peer,
            (1..=each).map(|number| 1000 * (index + 1) + number),
        );
    }
    peers
}

#[test]
fn an_edge_walk_sends_few_datagrams_a_step_and_asks_none_twice_within_its_timeout() {
    for size in [1, 3, 6] {
        let mut desk = desk(edge_walk(|walk| walk.neighborhood_size = size));
        neighbourhood(&mut desk, 100);
        let mut asked = std::collections::HashMap::new();
        for _ in 0..100 {
            let sent = desk.tick(1);
            assert!(
                sent.len() <= size + 6,
                "size {size}: {} datagrams in one step",
                sent.len()
            );
            for (when, to, _) in sent
                .into_iter()
                .filter(|(_, to, _)| number_of(*to).is_some())
            {
                let before = asked.insert(to, when);
                let pause = before.map(|before| when - before);
                assert!(
                    pause.is_none_or(|pause| pause > Duration::from_secs(3)),
                    "{to} after {pause:?}"
                );
            }
        }
        assert!(
            asked.len() > 10 * size,
            "size {size}: it walked to {} addresses",
            asked.len()
        );
    }
}

#[test]
fn an_edge_walk_gets_past_addresses_that_do_not_answer() {
    // The walk needs six neighbours and no address answers: it tries all of them, not only six.
    let mut desk = desk(edge_walk(|_| {}));
    let friend = with_walkable(&mut desk, 60);
    let sent: BTreeSet<_> = destinations(&desk.tick(100)).into_iter().collect();
    assert_eq!(sent.len(), 60, "without {}", friend.address());
}

#[test]
fn an_edge_walk_without_enough_neighbours_asks_trackers_and_walks() {
    let mut config = overlay_config(0);
    config.bootstrappers = DispersyBootstrapper::new([address("20.0.0.9:9")]).into();
    let mut desk = Desk::with(config, ProbeSettings::default(), edge_walk(|_| {}));
    with_walkable(&mut desk, 10);
    let sent = destinations(&desk.tick(1));
    assert_eq!(sent[0], address("20.0.0.9:9"));
    assert_eq!(sent.len(), 1 + 6, "the neighbourhood's size");
}

#[test]
fn edges_grow_to_their_length_along_introductions() {
    for length in [2, 3, 4] {
        let mut desk = desk(edge_walk(|walk| {
            walk.neighborhood_size = 1;
            walk.edge_length = length;
        }));
        // A chain: each peer has introduced the next one.
        let mut chain = vec![desk.befriend(1, friend_at(1))];
        for number in 2..=8 {
            let last = chain.last().expect("the chain is not empty").clone();
            introduce(&mut desk, &last, [number]);
            chain.push(desk.befriend(number, at(number)));
        }
        // The first step finds the neighbourhood and the second asks the root. Each further step
        // grows the edge, and asks the new end unless the edge is complete.
        let asked = destinations(&desk.tick(1 + length));
        let ends: Vec<_> = chain.iter().map(Peer::address).take(length - 1).collect();
        let asked: Vec<_> = asked
            .into_iter()
            .filter(|to| chain.iter().any(|peer| peer.address() == *to))
            .collect();
        // The first verified peer is the neighbourhood, and the edge begins there.
        assert_eq!(asked, ends, "length {length}");
    }
}

#[test]
fn an_edge_walk_asks_a_neighbour_where_it_is_now() {
    let mut desk = desk(edge_walk(|walk| {
        walk.neighborhood_size = 1;
        walk.edge_timeout = 0.6;
    }));
    desk.befriend(1, friend_at(1));
    assert!(desk.tick(1).is_empty(), "it finds its neighbourhood");
    assert_eq!(destinations(&desk.tick(1)), [friend_at(1)]);
    let moved = address("30.0.0.1:8090");
    let request = IntroductionRequest::new(Style::Old, address("10.1.1.1:8090"), moved, moved, 1);
    desk.receive(moved, &sealed_styled(PROBE, &key(1), Style::Old, request));
    // Anyone can send a copy of the request. The neighbour has not moved before it has answered at
    // its new address.
    let sent = destinations(&desk.tick(2));
    assert!(sent.contains(&moved), "{sent:?}");
    assert!(!desk.state().peers[key(1).public_key()].0.contains(&moved));
    let (here, identifier) = (address("50.5.5.5:5"), desk.identifier(moved));
    let response = IntroductionResponse::new(here, moved, moved, identifier);
    desk.receive(moved, &sealed_styled(PROBE, &key(1), Style::Old, response));
    let sent: BTreeSet<_> = destinations(&desk.tick(10)).into_iter().collect();
    assert_eq!(sent, BTreeSet::from([moved]));
}

#[test]
fn an_edge_walk_gives_up_neighbours_that_are_gone() {
    let mut desk = desk(edge_walk(|walk| walk.neighborhood_size = 2));
    let peers = [1, 2].map(|number| desk.befriend(number, friend_at(number)));
    desk.tick(3);
    for peer in &peers {
        desk.engine.network_mut().remove_peer(peer.key());
    }
    let sent = destinations(&desk.tick(50));
    assert!(sent.is_empty(), "asked {sent:?}");
}
