//! What proves an address: honest nodes become peers in every way that networks allow, and nodes
//! that only receive do too.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::internals::engine::EngineConfig;
use ipv8_core::internals::introduction::IntroductionMessage;
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_request, read_introduction};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

const SECOND: Duration = Duration::from_secs(1);
const DELAY: Duration = Duration::from_millis(20);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;

fn node(strategies: Strategies<Quiet>) -> (Arena, usize) {
    let mut arena = Arena::new(DELAY);
    let config = EngineConfig::new([1; 32]);
    let lan = address("192.168.1.10:8090");
    let node = arena.add_engine(address("20.1.1.1:8090"), lan, &config);
    arena.add_overlay::<Quiet>(node, overlay_config(0), QuietId::default(), strategies);
    (arena, node)
}

/// Returns the identifier of the node's last request to `to`.
fn identifier(arena: &Arena, to: SocketAddr) -> Option<u16> {
    let sent = arena.sent.iter().rev();
    let mut requests = sent.filter(|sent| sent.to == to && is_request(sent.id()));
    match read_introduction(&requests.next()?.bytes()) {
        Some((_, IntroductionMessage::Request(_, request))) => Some(request.identifier),
        _ => None,
    }
}

/// Lets the node ask `asked`, answers from `from`, and returns whether this made a peer.
fn proves(asked: &str, from: &str) -> bool {
    let (mut arena, node) = node(Strategies::new());
    let (asked, from) = (address(asked), address(from));
    arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(asked));
    let number = identifier(&arena, asked).expect("it asks");
    let (forger, to) = (Forger::new(QUIET, 1), arena.address(node));
    let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
    let response = forger.response(Style::Old, to, from, nobody, number);
    arena.inject(from, to, &response);
    arena.is_peer(node, QUIET, forger.public_key())
}

#[test]
fn an_answer_counts_from_the_asked_host_and_from_no_other() {
    assert!(proves("31.1.1.1:4000", "31.1.1.1:4000"));
    // A NAT with a port for each destination.
    assert!(proves("31.1.1.1:4000", "31.1.1.1:61000"));
    assert!(!proves("31.1.1.1:4000", "31.1.1.2:4000"));
    assert!(!proves("31.1.1.1:4000", "45.1.1.1:4000"));
}

#[test]
fn an_answer_counts_once() {
    let (mut arena, node) = node(Strategies::new());
    let asked = apart(1);
    arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(asked));
    let number = identifier(&arena, asked).expect("it asks");
    let to = arena.address(node);
    let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
    let keys: Vec<_> = (1..=5).map(|key| Forger::new(QUIET, key)).collect();
    for forger in &keys {
        let response = forger.response(Style::Old, to, asked, nobody, number);
        arena.inject(asked, to, &response);
    }
    let peers = keys
        .iter()
        .filter(|forger| arena.is_peer(node, QUIET, forger.public_key()));
    assert_eq!(peers.count(), 1);
}

#[test]
fn a_late_answer_counts_as_long_as_links_are_slow() {
    let (mut arena, node) = node(Strategies::new());
    let asked = apart(1);
    arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(asked));
    let number = identifier(&arena, asked).expect("it asks");
    arena.run_for(4 * SECOND);
    let (forger, to) = (Forger::new(QUIET, 1), arena.address(node));
    let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
    let response = forger.response(Style::Old, to, asked, nobody, number);
    arena.inject(asked, to, &response);
    assert!(arena.is_peer(node, QUIET, forger.public_key()));
}

/// Lets a peer ask once, and returns the time until the node lists it.
fn time_to_list(strategies: Strategies<Quiet>, style: Style, at: SocketAddr) -> Duration {
    let (mut arena, node) = node(strategies);
    let actor = Actor::new(1, at);
    let (to, key) = (arena.address(node), actor.public_key().clone());
    let request = actor.request(QUIET, style, to, 1);
    arena.add_actor(actor);
    arena.inject(at, to, &request);
    let start = arena.time();
    let listed = arena.run_until(10 * SECOND, |arena| arena.is_peer(node, QUIET, &key));
    assert!(listed, "{style:?} from {at}");
    arena.time() - start
}

#[test]
fn who_asks_is_a_peer_within_two_seconds_with_and_without_a_walker() {
    for style in [Style::Old, Style::New] {
        for at in [apart(1), address("192.168.1.77:8090")] {
            let quiet = time_to_list(Strategies::new(), style, at);
            let mut walk = Strategies::new();
            walk.add::<RandomWalk>(20, |_| {});
            let walking = time_to_list(walk, style, at);
            let mut edge = Strategies::new();
            edge.add::<EdgeWalk>(20, |_| {});
            let edge = time_to_list(edge, style, at);
            let times = [quiet, walking, edge];
            assert!(
                times.iter().all(|time| *time <= 2 * SECOND),
                "{style:?}: {times:?}"
            );
        }
    }
}

/// Two nodes without strategies: one that asks once makes both list each other.
#[test]
fn two_nodes_prove_themselves_to_each_other() {
    let mut arena = Arena::new(DELAY);
    let mut walks = Vec::new();
    for number in [1_u16, 2] {
        let [_, seed] = number.to_be_bytes();
        let node = arena.add_node(apart(number), seed);
        let config = overlay_config(number);
        arena.add_overlay::<Quiet>(node, config, QuietId::default(), Strategies::new());
        walks.push(node);
    }
    arena.call::<Quiet, _>(walks[0], QUIET, |_, cx| cx.walk_to(apart(2)));
    arena.run_for(5 * SECOND);
    for node in walks {
        assert_eq!(arena.engine(node).network().peer_count(QUIET), 1);
    }
}

/// A similarity request of a stranger leads to a peer, as slowly as one more question takes.
#[test]
fn a_similarity_request_leads_to_a_peer() {
    let mut arena = Arena::new(DELAY);
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), Strategies::new());
    let actor = Actor::new(1, apart(1));
    let key = actor.public_key().clone();
    let similar = actor.forger(DISCOVERY);
    let request = similar.similarity_request(apart(1), vec![DISCOVERY], 5);
    arena.add_actor(actor);
    let to = arena.address(node);
    arena.inject(apart(1), to, &request);
    assert!(arena.run_until(5 * SECOND, |arena| arena.is_peer(node, DISCOVERY, &key)));
}

#[test]
fn trackers_are_asked_but_never_listed() {
    let mut arena = Arena::new(DELAY);
    let tracker = apart(0);
    arena.add_tracker(tracker, 0);
    for number in 1..=3_u16 {
        let [_, seed] = number.to_be_bytes();
        let node = arena.add_node(apart(number), seed);
        let mut walk = Strategies::<Quiet>::new();
        walk.add::<RandomWalk>(20, |_| {});
        let config = OverlayConfig {
            bootstrappers: DispersyBootstrapper::new([tracker]).into(),
            ..overlay_config(number)
        };
        arena.add_overlay::<Quiet>(node, config, QuietId::default(), walk);
    }
    arena.run_for(20 * SECOND);
    for node in 1..=3 {
        let network = arena.engine(node).network();
        assert_eq!(network.peer_count(QUIET), 2);
        assert!(network.verified_by_address(&tracker).is_none());
    }
}

/// Asks the node from `mallory`, claims `victim` as the LAN address or introduces both as the
/// addresses of one node, and answers the node's question with the victim's address as its source.
/// Returns the datagrams that the victim gets within a minute, and whether the node lists a
/// peer there.
fn aimed(victim: &str, claims: bool) -> (usize, bool) {
    let mut walk = Strategies::new();
    walk.add::<RandomWalk>(20, |_| {});
    let mut arena = Arena::new(DELAY);
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Quiet>(node, overlay_config(0), QuietId::default(), walk);
    let (victim, at, to) = (address(victim), apart(66), arena.address(node));
    let mallory = arena.add_actor(Actor {
        answers: false,
        heard: Some(Vec::new()),
        ..Actor::new(66, at)
    });
    let accomplice = arena.add_actor(Actor {
        introduces: vec![(victim, at), (at, victim)],
        ..Actor::new(67, apart(67))
    });
    let forger = Forger::new(QUIET, 66);
    if claims {
        let request = forger.request_with_lan(Style::Old, to, victim, at, 1);
        arena.inject(at, to, &request);
    } else {
        arena.befriend(node, QUIET, &[accomplice]);
    }
    let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
    for _ in 0..600 {
        arena.run_for(SECOND / 10);
        let heard = arena.actor(mallory).heard.replace(Vec::new());
        for (_, datagram) in heard.into_iter().flatten() {
            if let Some((style, IntroductionMessage::Request(_, request))) =
                read_introduction(&datagram)
            {
                let number = request.identifier;
                let answer = forger.response(style, to, victim, nobody, number);
                arena.inject(victim, to, &answer);
            }
        }
    }
    let sent = arena.sent.iter().filter(|sent| sent.to == victim);
    let network = arena.engine(node).network();
    let is_there = network
        .verified_peers()
        .any(|peer| peer.address() == victim);
    (sent.count(), is_there)
}

/// An attacker that can forge a source address learns our identifier at an address of its own.
#[test]
fn nobody_proves_the_address_of_a_victim() {
    for claims in [true, false] {
        let (sent, is_peer) = aimed("31.9.9.9:4000", claims);
        assert!(!is_peer && sent <= 4, "claimed: {claims}, {sent} datagrams");
        for inside in ["192.168.1.1:4000", "169.254.169.254:4000", "127.0.0.1:4000"] {
            let (sent, _) = aimed(inside, claims);
            assert_eq!(sent, 0, "{inside}, claimed: {claims}");
        }
    }
}
