//! A dead peer stays dead, whatever an attacker replays in its name.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{Event, Strategies};
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::{Arena, apart, crowded};
use ipv8_tests::desk::{address, overlay_config};

const SECOND: Duration = Duration::from_secs(1);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// The churn looks at a peer in every step, twice a second.
const GRACE: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug)]
enum Replay {
    Nothing,
    Request,
    Puncture,
    SimilarityRequest,
    SimilarityResponse,
    Pong,
}

/// Lets a peer die and replays a packet of it each second, from `from`. Returns how long it stays
/// listed, and how often it comes back afterwards.
fn dies(replay: Replay, from: impl Fn(u16) -> SocketAddr) -> (Duration, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies.add::<RandomWalk>(20, |_| {});
    strategies.add::<RandomChurn>(-1, |_| {});
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), strategies);
    let peers: Vec<_> = (1..=4)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, DISCOVERY, &peers);
    arena.run_for(20 * SECOND);
    let to = arena.address(node);
    let actor = arena.actor(peers[0]);
    actor.answers = false;
    let forger = actor.forger(DISCOVERY);
    let packet = match replay {
        Replay::Nothing => Vec::new(),
        Replay::Request => actor.request(DISCOVERY, Style::Old, to, 1),
        Replay::Puncture => forger.puncture(Style::Old, apart(1), to, 1),
        Replay::SimilarityRequest => forger.similarity_request(apart(1), vec![DISCOVERY], 1),
        Replay::SimilarityResponse => forger.similarity_response(vec![DISCOVERY], 1),
        Replay::Pong => forger.pong(1),
    };
    let key = actor.public_key().clone();
    let died = arena.time();
    let mut gone = None;
    let mut came_back = 0;
    for number in 0..300 {
        if !packet.is_empty() {
            arena.inject(from(number), to, &packet);
        }
        arena.run_for(SECOND);
        let listed = arena.is_peer(node, DISCOVERY, &key);
        match gone {
            None if !listed => gone = Some(removed(&arena, &key) - died),
            Some(_) if listed => came_back += 1,
            _ => {}
        }
    }
    (gone.unwrap_or(Duration::MAX), came_back)
}

fn removed(arena: &Arena, key: &ipv8_core::crypto::PublicKey) -> Duration {
    let gone = |event: &&(Duration, usize, Event)| {
        matches!(&event.2, Event::PeerRemoved { peer, .. } if peer.key() == key)
    };
    let found = arena.events.iter().find(gone);
    found.map_or(Duration::MAX, |(at, ..)| *at)
}

#[test]
fn a_dead_peer_is_dropped_when_it_would_be_without_replays() {
    let (without, _) = dies(Replay::Nothing, |_| apart(1));
    assert!(without < 90 * SECOND, "{without:?}");
    let mut late = Vec::new();
    for replay in [
        Replay::Request,
        Replay::Puncture,
        Replay::SimilarityRequest,
        Replay::SimilarityResponse,
        Replay::Pong,
    ] {
        let same = |_| apart(1);
        let elsewhere = |number| crowded(66, number);
        for (place, run) in [("at home", dies(replay, same)), ("elsewhere", dies(replay, elsewhere))]
        {
            let (with, came_back) = run;
            if with > without + GRACE || came_back > 0 {
                late.push((replay, place, with, came_back));
            }
        }
    }
    assert!(late.is_empty(), "{without:?} without; {late:?}");
}
