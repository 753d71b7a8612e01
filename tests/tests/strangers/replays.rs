//! Captured packets, sent again from another address or to another node. A signature says neither
//! where its packet came from nor when, nor for whom it was made.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::introduction::IntroductionMessage;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{is_response, message_id, read_introduction};
use ipv8_tests::desk::{PROBE, address, overlay_config, sealed};
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::probe::{Hello, Probe, ProbeSettings};

const SECOND: Duration = Duration::from_secs(1);
const DELAY: Duration = Duration::from_millis(20);
const PEERS: u16 = 8;
/// The number of replays of each kind of packet, a tenth of what the attack should bear.
const REPLAYS: u16 = 1_000;
/// The /16 of the attacker.
const ATTACKER: u8 = 66;

fn walking(target: i32) -> Strategies<Probe> {
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(target, |_| {});
    strategies
}

/// A node with eight peers, which all know it at its true address.
fn node(strategies: Strategies<Probe>) -> (Arena, usize, Vec<usize>) {
    let mut arena = Arena::new(DELAY);
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Probe>(
        node,
        overlay_config(0),
        ProbeSettings::default(),
        strategies,
    );
    let actor = |number| Actor {
        heard: Some(Vec::new()),
        ..Actor::new(number, apart(number))
    };
    let peers: Vec<_> = (1..=PEERS)
        .map(|number| arena.add_actor(actor(number)))
        .collect();
    arena.befriend(node, PROBE, &peers);
    arena.run_for(5 * SECOND);
    (arena, node, peers)
}

fn peer_address(arena: &Arena, node: usize, key: &PublicKey) -> Option<SocketAddr> {
    arena.engine(node).network().peer(key).map(Peer::address)
}

/// Returns the addresses that the node introduced to others.
fn introduced(arena: &Arena, node: usize) -> Vec<SocketAddr> {
    let responses = arena
        .sent
        .iter()
        .filter(|sent| sent.machine == node && is_response(sent.id()));
    let read = responses.filter_map(|sent| match read_introduction(&sent.bytes()) {
        Some((_, IntroductionMessage::Response(_, response))) => {
            Some([response.lan_introduction, response.wan_introduction])
        }
        _ => None,
    });
    read.flatten().collect()
}

/// Sends packets of the peers again, each from an address of the attacker. Checks that no peer
/// moves and none is introduced there.
fn replay(mut arena: Arena, node: usize, peers: &[usize], packets: &[Vec<u8>], what: &str) {
    assert_eq!(packets.len(), peers.len());
    let to = arena.address(node);
    arena.sent.clear();
    let mut moved = 0;
    for number in 0..REPLAYS {
        let at = usize::from(number) % peers.len();
        arena.inject(crowded(ATTACKER, number), to, &packets[at]);
        arena.run_for(SECOND / 5);
        let actor = arena.actor(peers[at]);
        let (key, own) = (actor.public_key().clone(), actor.at);
        moved += usize::from(peer_address(&arena, node, &key).is_some_and(|at| at != own));
        if number % 5 == 0 {
            let request = arena.actor(peers[0]).request(PROBE, Style::Old, to, number);
            arena.inject(apart(1), to, &request);
        }
    }
    assert_eq!(moved, 0, "{what}: of {REPLAYS}");
    for peer in peers {
        let key = arena.actor(*peer).public_key().clone();
        let listed = peer_address(&arena, node, &key);
        assert_eq!(listed, Some(arena.address(*peer)), "{what}");
    }
    let introduced = introduced(&arena, node);
    assert!(!introduced.is_empty(), "{what}: it answers honest peers");
    let attacker = crowded(ATTACKER, 0);
    let there = |at: &&SocketAddr| is_near(at, &attacker);
    assert_eq!(introduced.iter().filter(there).count(), 0, "{what}");
}

/// Returns `true` if two addresses are in the same /16.
fn is_near(one: &SocketAddr, other: &SocketAddr) -> bool {
    match (one, other) {
        (SocketAddr::V4(one), SocketAddr::V4(other)) => {
            one.ip().octets()[..2] == other.ip().octets()[..2]
        }
        _ => false,
    }
}

fn both_nodes(mut check: impl FnMut(Strategies<Probe>)) {
    check(Strategies::new());
    check(walking(20));
}

#[test]
fn replayed_introduction_requests_move_no_peer() {
    both_nodes(|strategies| {
        let (mut arena, node, peers) = node(strategies);
        let to = arena.address(node);
        let packets: Vec<_> = peers
            .iter()
            .map(|peer| arena.actor(*peer).request(PROBE, Style::Old, to, 1))
            .collect();
        replay(arena, node, &peers, &packets, "requests");
    });
}

#[test]
fn replayed_introduction_responses_move_no_peer() {
    both_nodes(|strategies| {
        let (mut arena, node, peers) = node(strategies);
        let mut packets = Vec::new();
        for peer in &peers {
            let at = arena.address(*peer);
            arena.call::<Probe, _>(node, PROBE, |_, cx| cx.walk_to(at));
            arena.run_for(3 * DELAY);
            let answer = arena
                .sent
                .iter()
                .rfind(|sent| sent.machine == *peer && is_response(sent.id()));
            packets.push(answer.expect("it answers").bytes());
        }
        replay(arena, node, &peers, &packets, "responses");
    });
}

#[test]
fn replayed_punctures_move_no_peer() {
    both_nodes(|strategies| {
        let (mut arena, node, peers) = node(strategies);
        let to = arena.address(node);
        let packets: Vec<_> = peers
            .iter()
            .map(|peer| {
                let actor = arena.actor(*peer);
                actor.forger(PROBE).puncture(Style::Old, actor.lan, to, 1)
            })
            .collect();
        replay(arena, node, &peers, &packets, "punctures");
    });
}

#[test]
fn replayed_messages_of_the_community_move_no_peer() {
    both_nodes(|strategies| {
        let (mut arena, node, peers) = node(strategies);
        let text = "hello".to_owned();
        let packets: Vec<_> = peers
            .iter()
            .map(|peer| {
                let key = &arena.actor(*peer).key;
                sealed(PROBE, key, 1, &Hello { text: text.clone() })
            })
            .collect();
        replay(arena, node, &peers, &packets, "messages");
    });
}

#[test]
fn replayed_requests_of_a_peer_do_not_change_its_lan_address() {
    let (mut arena, node, peers) = node(walking(20));
    let (to, peer) = (arena.address(node), peers[0]);
    let key = arena.actor(peer).public_key().clone();
    let lan = arena
        .engine(node)
        .network()
        .peer(&key)
        .and_then(Peer::lan_address);
    // Captured before its interface changed.
    arena.actor(peer).lan = address("192.168.99.99:4000");
    let old = arena.actor(peer).request(PROBE, Style::Old, to, 1);
    arena.actor(peer).lan = apart(1);
    for number in 0..20 {
        arena.inject(crowded(ATTACKER, number), to, &old);
        arena.run_for(SECOND / 2);
    }
    let now = arena
        .engine(node)
        .network()
        .peer(&key)
        .and_then(Peer::lan_address);
    assert_eq!(now, lan);
}

type Walker = fn() -> Strategies<Probe>;

/// Lets a peer change its address and say something, and returns how long the node took to list it
/// there.
fn roam(strategies: Strategies<Probe>, say: impl Fn(&mut Arena, usize, SocketAddr)) -> Duration {
    let (mut arena, node, peers) = node(strategies);
    let (peer, new) = (peers[2], apart(900));
    let key = arena.actor(peer).public_key().clone();
    arena.move_to(peer, new);
    let to = arena.address(node);
    say(&mut arena, peer, to);
    arena.run_for(DELAY);
    let arrived = arena.time();
    let reached = arena.run_until(30 * SECOND, |arena| {
        peer_address(arena, node, &key) == Some(new)
    });
    assert!(reached, "never seen at its new address");
    arena.time() - arrived
}

#[test]
fn an_honest_peer_is_followed_to_its_new_address_in_two_round_trips_and_a_tick() {
    let limit = DELAY * 4 + SECOND / 2;
    let ask = |arena: &mut Arena, peer: usize, to| {
        let request = arena.actor(peer).request(PROBE, Style::Old, to, 1);
        arena.send(peer, to, request);
    };
    let greet = |arena: &mut Arena, peer: usize, to| {
        let text = "hello".to_owned();
        let hello = sealed(PROBE, &arena.actor(peer).key.clone(), 1, &Hello { text });
        arena.send(peer, to, hello);
    };
    // Without a walker, with one that looks for more peers, and with one that has enough.
    let walkers: [(&str, Walker); 3] = [
        ("none", Strategies::new),
        ("busy", || walking(20)),
        ("at rest", || walking(5)),
    ];
    for (name, walker) in walkers {
        let asked = roam(walker(), ask);
        assert!(asked <= limit, "{name}: {asked:?} after a request");
        let greeted = roam(walker(), greet);
        assert!(greeted <= limit, "{name}: {greeted:?} after a message");
    }
}

/// Sends requests again that were made for another node, and returns how many of their keys became
/// peers.
fn misdirected(strategies: Strategies<Probe>, settled: bool) -> usize {
    let mut arena = Arena::new(DELAY);
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<Probe>(
        node,
        overlay_config(0),
        ProbeSettings::default(),
        strategies,
    );
    if settled {
        let peers: Vec<_> = (1..=PEERS)
            .map(|number| arena.add_actor(Actor::new(number, apart(number))))
            .collect();
        arena.befriend(node, PROBE, &peers);
    }
    let (to, other) = (arena.address(node), address("45.3.3.3:8090"));
    let actors: Vec<_> = (100..125)
        .map(|number| Actor::new(number, apart(number)))
        .collect();
    for round in 0..3 {
        for (number, actor) in (0..).zip(&actors) {
            let request = actor.request(PROBE, Style::Old, other, 1);
            arena.inject(crowded(ATTACKER, number + 100 * round), to, &request);
            arena.run_for(SECOND / 5);
        }
        arena.run_for(10 * SECOND);
    }
    let listed = actors
        .iter()
        .filter(|actor| arena.is_peer(node, PROBE, actor.public_key()));
    listed.count()
}

#[test]
fn requests_made_for_another_node_make_no_peers() {
    for settled in [false, true] {
        assert_eq!(
            misdirected(Strategies::new(), settled),
            0,
            "settled {settled}"
        );
        assert_eq!(
            misdirected(walking(20), settled),
            0,
            "walking, settled {settled}"
        );
    }
}

/// Hands the node's requests on to the machine `honest`, and its answers back from the attacker's
/// address. The attacker first shows a request of that machine. Returns the address at which the
/// node lists it then.
fn relay(arena: &mut Arena, node: usize, honest: usize) -> Option<SocketAddr> {
    let from = crowded(ATTACKER, 1);
    let mallory = arena.add_actor(Actor {
        answers: false,
        heard: Some(Vec::new()),
        ..Actor::new(300, from)
    });
    let to = arena.address(node);
    let key = arena.actor(honest).public_key().clone();
    let request = arena.actor(honest).request(PROBE, Style::Old, from, 1);
    let mut passed_on = 0;
    for _ in 0..30 {
        arena.inject(from, to, &request);
        for _ in 0..20 {
            arena.run_for(SECOND / 20);
            let heard = arena.actor(mallory).heard.replace(Vec::new());
            for (source, datagram) in heard.into_iter().flatten() {
                if source != to {
                    continue;
                }
                // The honest node sees the attacker's address, and says so.
                for (_, answer) in arena.actor(honest).hear(from, &datagram) {
                    passed_on += usize::from(is_response(message_id(&answer)));
                    arena.inject(from, to, &answer);
                }
            }
        }
    }
    assert!(passed_on > 0, "the node asks at the attacker's address");
    peer_address(arena, node, &key)
}

#[test]
fn answers_relayed_by_an_attacker_make_no_peer_once_our_address_is_known() {
    both_nodes(|strategies| {
        let (mut arena, node, _) = node(strategies);
        let honest = arena.add_actor(Actor::new(200, apart(200)));
        assert_eq!(relay(&mut arena, node, honest), None);
    });
}

#[test]
fn answers_relayed_by_an_attacker_move_no_peer_once_our_address_is_known() {
    both_nodes(|strategies| {
        let (mut arena, node, peers) = node(strategies);
        let own = arena.address(peers[0]);
        assert_eq!(relay(&mut arena, node, peers[0]), Some(own));
    });
}
