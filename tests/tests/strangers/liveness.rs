//! A dead peer stays dead, whatever an attacker replays in its name.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{Event, Strategies};
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::{apart, crowded};

const SECOND: Duration = Duration::from_secs(1);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// The churn looks at a peer in every step, twice a second.
const GRACE: Duration = Duration::from_secs(2);

/// A message of the dead peer.
#[derive(Clone, Copy, Debug)]
enum Message {
    Request,
    Puncture,
    SimilarityRequest,
    SimilarityResponse,
    Pong,
}

/// Lets a peer send `captured` packets half a second apart and die. Then replays one of them each
/// second, from `from`. Returns how long the peer stays listed, and how often it comes back
/// afterwards.
fn dies(
    replay: Option<Message>,
    captured: u16,
    from: impl Fn(u16) -> SocketAddr,
) -> (Duration, usize) {
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
    let packet = |arena: &mut Arena, number: u16| {
        let actor = arena.actor(peers[0]);
        let forger = actor.forger(DISCOVERY);
        match replay.unwrap_or(Message::Request) {
            Message::Request => actor.request(DISCOVERY, Style::Old, to, number),
            Message::Puncture => forger.puncture(Style::Old, apart(1), to, number),
            Message::SimilarityRequest => {
                forger.similarity_request(apart(1), vec![DISCOVERY], number)
            }
            Message::SimilarityResponse => forger.similarity_response(vec![DISCOVERY], number),
            Message::Pong => forger.pong(number),
        }
    };
    let mut packets = Vec::new();
    for number in 0..captured {
        let sent = packet(&mut arena, number);
        arena.inject(apart(1), to, &sent);
        packets.push(sent);
        arena.run_for(SECOND / 2);
    }
    let actor = arena.actor(peers[0]);
    actor.answers = false;
    let key = actor.public_key().clone();
    let died = arena.time();
    let mut gone = None;
    let mut came_back = 0;
    for number in 0..300 {
        if replay.is_some() {
            let packet = &packets[usize::from(number) % packets.len()];
            arena.inject(from(number), to, packet);
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
    let gone = |event: &&(Duration, usize, Event)| matches!(&event.2, Event::PeerRemoved { peer, .. } if peer.key() == key);
    let found = arena.events.iter().find(gone);
    found.map_or(Duration::MAX, |(at, ..)| *at)
}

fn assert_dropped(captured: u16) {
    let (without, _) = dies(None, captured, |_| apart(1));
    assert!(without < 90 * SECOND, "{without:?}");
    let mut late = Vec::new();
    for message in [
        Message::Request,
        Message::Puncture,
        Message::SimilarityRequest,
        Message::SimilarityResponse,
        Message::Pong,
    ] {
        let at_home = dies(Some(message), captured, |_| apart(1));
        let elsewhere = dies(Some(message), captured, |number| crowded(66, number));
        for (place, (with, came_back)) in [("at home", at_home), ("elsewhere", elsewhere)] {
            if with > without + GRACE || came_back > 0 {
                late.push((message, place, with, came_back));
            }
        }
    }
    assert!(late.is_empty(), "{without:?} without; {late:?}");
}

#[test]
fn a_dead_peer_is_dropped_when_it_would_be_without_replays() {
    assert_dropped(1);
}

#[test]
fn many_captured_packets_do_not_keep_a_dead_peer_either() {
    assert_dropped(60);
}
