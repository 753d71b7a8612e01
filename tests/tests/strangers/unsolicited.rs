//! Answers to questions that the node never asked, and more peers than it may have.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::Forger;
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::anywhere;

const SECOND: Duration = Duration::from_secs(1);
const ANSWERS: u16 = 2_000;
const MAX_PEERS: usize = 30;
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;

/// All that an answer could change.
#[derive(Debug, PartialEq)]
struct State {
    peers: BTreeSet<(String, Vec<SocketAddr>)>,
    known: BTreeSet<SocketAddr>,
    walkable: BTreeSet<SocketAddr>,
    wan: SocketAddr,
    services: usize,
}

fn state<C: Community>(arena: &mut Arena, node: usize, overlay: CommunityId) -> State {
    let wan = arena.call::<C, _>(node, overlay, |_, cx| cx.my_estimated_wan());
    let network = arena.engine(node).network();
    let peers = network.verified_peers();
    State {
        peers: peers
            .map(|peer| (peer.mid().to_string(), peer.addresses().collect()))
            .collect(),
        known: network.addresses().collect(),
        walkable: network.walkable_addresses(overlay).collect(),
        wan,
        services: network
            .verified_peers()
            .map(|peer| network.services_for(peer.key()).count())
            .sum(),
    }
}

/// A node with `peers` peers and no strategy.
fn node<C: Community<Settings: Default>>(overlay: CommunityId, peers: u16) -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let config = OverlayConfig {
        max_peers: Some(i32::try_from(MAX_PEERS).expect("small")),
        ..overlay_config(0)
    };
    arena.add_overlay::<C>(node, config, C::Settings::default(), Strategies::new());
    let peers: Vec<_> = (1..=peers)
        .map(|number| arena.add_actor(Actor::new(number, apart(number))))
        .collect();
    arena.befriend(node, overlay, &peers);
    arena.run_for(10 * SECOND);
    (arena, node)
}

/// Passes the answers to a node, without letting time pass, and checks that each is only counted.
fn assert_ignored<C: Community<Settings: Default>>(
    overlay: CommunityId,
    answer: impl Fn(&Forger, u16, SocketAddr, SocketAddr) -> Vec<u8>,
) {
    for peers in [0, 5] {
        let (mut arena, node) = node::<C>(overlay, peers);
        let to = arena.address(node);
        let before = state::<C>(&mut arena, node, overlay);
        let dropped = arena.engine(node).stats().dropped();
        arena.sent.clear();
        for number in 0..ANSWERS {
            // Keys of strangers, of the peers, and from the peers' addresses.
            let signer = if number % 3 == 0 {
                1 + number % 5
            } else {
                100 + number
            };
            let from = match number % 4 {
                0 if peers > 0 => apart(1 + number % 5),
                _ => anywhere(u32::from(number)),
            };
            let forger = Forger::new(overlay, signer);
            let datagram = answer(&forger, number, to, from);
            arena.inject(from, to, &datagram);
        }
        assert_eq!(
            state::<C>(&mut arena, node, overlay),
            before,
            "with {peers} peers"
        );
        let counted = arena.engine(node).stats().dropped() - dropped;
        assert_eq!(counted, u64::from(ANSWERS), "with {peers} peers");
        assert_eq!(arena.sent.len(), 0, "none causes a datagram");
    }
}

fn forged_response(forger: &Forger, number: u16, _: SocketAddr, from: SocketAddr) -> Vec<u8> {
    let style = [Style::Old, Style::New][usize::from(number / 2 % 2)];
    let introduced = anywhere(u32::from(number) + 7_777);
    let seen = address("66.6.6.6:6666");
    forger.response(
        style,
        seen,
        from,
        (introduced, introduced),
        number.wrapping_mul(31),
    )
}

#[test]
fn unsolicited_introduction_responses_change_nothing_and_are_counted() {
    assert_ignored::<Quiet>(QUIET, forged_response);
    assert_ignored::<DiscoveryCommunity>(DISCOVERY, forged_response);
}

#[test]
fn unsolicited_similarity_responses_change_nothing_and_are_counted() {
    assert_ignored::<DiscoveryCommunity>(DISCOVERY, |forger, number, _, _| {
        forger.similarity_response(vec![DISCOVERY, QUIET], number.wrapping_mul(31))
    });
}

#[test]
fn honest_requests_are_answered_after_thousands_of_unsolicited_answers() {
    let (mut arena, node) = node::<Quiet>(QUIET, 5);
    let to = arena.address(node);
    for number in 0..ANSWERS {
        let from = anywhere(u32::from(number));
        let forger = Forger::new(QUIET, 100 + number);
        let datagram = forged_response(&forger, number, to, from);
        arena.inject(from, to, &datagram);
    }
    let honest = Actor::new(60, apart(60));
    let request = honest.request(QUIET, Style::Old, to, 9);
    let honest = arena.add_actor(honest);
    arena.sent.clear();
    arena.inject(apart(60), to, &request);
    let answers = arena.sent.iter().filter(|sent| sent.to == apart(60));
    assert_eq!(answers.count(), 1);
    arena.befriend(node, QUIET, &[honest]);
}

/// Asks with 100 real peers, answers with them, and names them in similarity responses.
fn crowd<C: Community<Settings: Default>>(overlay: CommunityId, walk: Strategies<C>) -> usize {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    let config = OverlayConfig {
        max_peers: Some(i32::try_from(MAX_PEERS).expect("small")),
        ..overlay_config(0)
    };
    arena.add_overlay::<C>(node, config, C::Settings::default(), walk);
    let to = arena.address(node);
    for number in 1..=100 {
        let next = apart(1 + number % 100);
        let actor = Actor {
            introduces: vec![(next, next)],
            ..Actor::new(number, apart(number))
        };
        arena.add_actor(actor);
    }
    let mut most = 0;
    for round in 0..3 {
        for number in 1..=100 {
            let (actor, from) = (Actor::new(number, apart(number)), apart(number));
            let forger = Forger::new(overlay, number);
            arena.inject(from, to, &actor.request(overlay, Style::Old, to, round));
            arena.inject(from, to, &actor.request(overlay, Style::New, to, round));
            arena.inject(from, to, &forged_response(&forger, number, to, from));
            let similar = forger.similarity_response(vec![overlay], number);
            arena.inject(from, to, &similar);
            let similar = forger.similarity_request(from, vec![overlay], number);
            arena.inject(from, to, &similar);
            arena.run_for(SECOND / 5);
            let network = arena.engine(node).network();
            most = most.max(network.peer_count(overlay));
        }
    }
    assert!(most > 10, "peers are found: {most}");
    most
}

#[test]
fn no_path_leads_past_max_peers() {
    let mut random = Strategies::<Quiet>::new();
    random.add::<RandomWalk>(-1, |_| {});
    let mut edge = Strategies::<Quiet>::new();
    edge.add::<EdgeWalk>(-1, |_| {});
    let mut discovery = Strategies::<DiscoveryCommunity>::new();
    discovery.add::<RandomWalk>(-1, |_| {});
    discovery.add::<PeriodicSimilarity>(-1, |_| {});
    let most = [
        crowd(QUIET, random),
        crowd(QUIET, edge),
        crowd(DISCOVERY, discovery),
        crowd(QUIET, Strategies::<Quiet>::new()),
    ];
    assert!(most.iter().all(|most| *most <= MAX_PEERS), "{most:?}");
}

/// The peers that another overlay shares count as well.
#[test]
fn peers_of_another_overlay_do_not_lead_past_max_peers() {
    let (mut arena, node) = node::<DiscoveryCommunity>(DISCOVERY, 20);
    let config = OverlayConfig {
        max_peers: Some(5),
        ..overlay_config(0)
    };
    arena.add_overlay::<Quiet>(node, config, QuietId::default(), Strategies::new());
    let to = arena.address(node);
    for number in 1..=20 {
        let forger = Forger::new(DISCOVERY, number);
        let request = forger.similarity_request(apart(number), vec![DISCOVERY, QUIET], number);
        arena.inject(apart(number), to, &request);
        arena.run_for(SECOND);
        let response = forger.similarity_response(vec![DISCOVERY, QUIET], number);
        arena.inject(apart(number), to, &response);
    }
    let count = arena.engine(node).network().peer_count(QUIET);
    assert!(count <= 5, "{count}");
}
