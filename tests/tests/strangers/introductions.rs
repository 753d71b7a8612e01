//! Peers that introduce whatever they like: a victim, special ranges, ports of other services.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::EngineConfig;
use ipv8_core::prelude::*;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::is_request;
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::apart;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

use crate::bounds::{ABUSABLE, SPECIAL, SPECIAL_IPV6, most_within};

const MINUTE: Duration = Duration::from_secs(60);

type Walk = fn(&mut Strategies<Quiet>);

fn random(strategies: &mut Strategies<Quiet>) {
    strategies.add::<RandomWalk>(-1, |_| {});
}

fn edge(strategies: &mut Strategies<Quiet>) {
    strategies.add::<EdgeWalk>(-1, |_| {});
}

fn both(strategies: &mut Strategies<Quiet>) {
    random(strategies);
    edge(strategies);
}

/// A node at `at` that knows `lan` as its LAN address.
fn node(at: &str, lan: &str, walk: Walk) -> (Arena, usize) {
    let mut arena = Arena::new(Duration::from_millis(20));
    let config = EngineConfig::new([1; 32]);
    let node = arena.add_engine(address(at), address(lan), &config);
    let mut strategies = Strategies::new();
    walk(&mut strategies);
    arena.add_overlay::<Quiet>(node, overlay_config(0), QuietId::default(), strategies);
    (arena, node)
}

/// Adds peers that introduce these addresses, and befriends them.
fn introduce(arena: &mut Arena, node: usize, peers: &[SocketAddr], introduced: &[SocketAddr]) {
    let actors: Vec<_> = (1..)
        .zip(peers)
        .map(|(number, at)| {
            // Alone, as a LAN address, and as both.
            let nobody = address("0.0.0.0:0");
            let pairs = introduced
                .iter()
                .flat_map(|one| [(nobody, *one), (*one, nobody), (*one, *one)]);
            arena.add_actor(Actor {
                introduces: pairs.collect(),
                ..Actor::new(number, *at)
            })
        })
        .collect();
    arena.sent.clear();
    arena.befriend(node, QUIET, &actors);
}

/// Returns the destinations of the node's datagrams for which `counts` is true.
fn sent_to(arena: &Arena, node: usize, counts: impl Fn(&SocketAddr) -> bool) -> Vec<SocketAddr> {
    let sent = arena.sent.iter();
    let sent = sent.filter(|sent| sent.machine == node && counts(&sent.to));
    sent.map(|sent| sent.to).collect()
}

/// Lets liars introduce a victim's ports for five minutes, and returns the most datagrams that the
/// victim got in a minute.
fn aimed_at_victim(walk: Walk, liars: u16) -> usize {
    let (mut arena, node) = node("20.1.1.1:8090", "20.1.1.1:8090", walk);
    let victim = |port: u16| SocketAddr::from(([31, 9, 9, 9], port));
    let ports: Vec<_> = (4_000..5_000).map(victim).collect();
    let peers: Vec<_> = (1..=liars).map(apart).collect();
    introduce(&mut arena, node, &peers, &ports);
    arena.run_for(5 * MINUTE);
    let times = arena
        .sent
        .iter()
        .filter(|sent| sent.to.ip() == victim(1).ip());
    most_within(MINUTE, times.map(|sent| sent.at))
}

#[test]
fn a_liar_sends_at_most_four_datagrams_a_minute_to_a_victim() {
    for (name, walk) in [("random", random as Walk), ("edge", edge), ("both", both)] {
        let most = aimed_at_victim(walk, 1);
        assert!(most <= 4, "{name}: {most}");
    }
}

#[test]
fn ten_liars_together_send_no_more() {
    for (name, walk) in [("random", random as Walk), ("edge", edge), ("both", both)] {
        let most = aimed_at_victim(walk, 10);
        assert!(most <= 4, "{name}: {most}");
    }
}

#[test]
fn nothing_goes_to_introduced_special_ranges() {
    let special: Vec<_> = SPECIAL.map(address).to_vec();
    for (name, walk) in [("random", random as Walk), ("edge", edge)] {
        let (mut arena, node) = node("20.1.1.1:8090", "20.1.1.1:8090", walk);
        introduce(&mut arena, node, &[apart(1), apart(2)], &special);
        arena.run_for(3 * MINUTE);
        let sent = sent_to(&arena, node, |to| special.contains(to));
        assert_eq!(sent, [], "{name}");
    }
}

/// A node in a private network must not be sent around in it by peers outside.
#[test]
fn peers_outside_introduce_nothing_in_our_private_network() {
    let mut special: Vec<_> = SPECIAL.map(address).to_vec();
    special.extend(["192.168.1.30:4000", "192.168.1.255:4000"].map(address));
    let (mut arena, node) = node("20.1.1.1:8090", "192.168.1.10:8090", random);
    introduce(&mut arena, node, &[apart(1), apart(2)], &special);
    arena.run_for(3 * MINUTE);
    let sent = sent_to(&arena, node, |to| special.contains(to));
    assert_eq!(sent, []);
}

#[test]
fn nothing_goes_to_introduced_special_ranges_of_ipv6() {
    let special: Vec<_> = SPECIAL_IPV6
        .into_iter()
        .chain(SPECIAL)
        .map(address)
        .collect();
    let (mut arena, node) = node("[2a01:4f8:1::1]:8090", "20.1.1.1:8090", random);
    let peers = ["[2a02:2e0:7::1]:8090", "[2a03:77::1]:4000"].map(address);
    introduce(&mut arena, node, &peers, &special);
    arena.run_for(3 * MINUTE);
    let sent = sent_to(&arena, node, |to| special.contains(to));
    assert_eq!(sent, []);
}

#[test]
fn nothing_goes_to_introduced_ports_of_other_services() {
    let ports = ABUSABLE.iter().enumerate();
    let introduced: Vec<_> = ports
        .map(|(number, port)| SocketAddr::new(apart(100 + number as u16).ip(), *port))
        .collect();
    let (mut arena, node) = node("20.1.1.1:8090", "20.1.1.1:8090", both);
    introduce(&mut arena, node, &[apart(1), apart(2)], &introduced);
    arena.run_for(3 * MINUTE);
    let sent = sent_to(&arena, node, |to| ABUSABLE.contains(&to.port()));
    assert_eq!(sent, []);
}

/// Returns whether the node asks an address that a peer introduces.
fn is_asked(at: &str, lan: &str, introducer: &str, introduced: &str) -> bool {
    let (mut arena, node) = node(at, lan, random);
    let introduced = address(introduced);
    introduce(&mut arena, node, &[address(introducer)], &[introduced]);
    arena.run_for(MINUTE);
    let mut requests = arena.sent.iter().filter(|sent| is_request(sent.id()));
    requests.any(|sent| sent.to == introduced)
}

#[test]
fn in_one_range_with_the_introducer_everything_works() {
    for (own, introducer, introduced) in [
        ("127.0.0.1:8090", "127.0.0.1:8091", "127.0.0.1:8092"),
        (
            "192.168.1.10:8090",
            "192.168.1.11:8090",
            "192.168.1.12:8090",
        ),
        ("10.0.0.10:8090", "10.0.0.11:8090", "10.0.3.12:8090"),
        ("100.64.0.10:8090", "100.64.0.11:8090", "100.64.0.12:8090"),
        ("20.1.1.1:8090", "31.1.1.1:8090", "45.1.1.1:8090"),
    ] {
        let asked = is_asked(own, own, introducer, introduced);
        assert!(asked, "{own} is introduced to {introduced}");
    }
}

#[test]
fn a_peer_in_our_range_introduces_no_other_special_range() {
    for introduced in ["169.254.169.254:4000", "127.0.0.1:4000", "224.0.0.1:4000"] {
        let own = "192.168.1.10:8090";
        assert!(
            !is_asked(own, own, "192.168.1.11:8090", introduced),
            "{introduced}"
        );
    }
    let own = "127.0.0.1:8090";
    assert!(!is_asked(
        own,
        own,
        "127.0.0.1:8091",
        "169.254.169.254:4000"
    ));
}

/// Two nodes behind one NAT meet by their LAN addresses (protocol 4.5): the tracker, which both
/// asked, introduces the other one with our own WAN host.
#[test]
fn a_node_behind_our_own_nat_is_met_at_its_lan_address() {
    let mut arena = Arena::new(Duration::from_millis(20));
    let tracker = apart(0);
    arena.add_tracker(tracker, 0);
    let mut nodes = Vec::new();
    for (number, host) in [(1, 10), (2, 30)] {
        let lan = SocketAddr::from(([192, 168, 1, host], 8_090));
        let wan = SocketAddr::from(([20, 1, 1, 1], 8_000 + u16::from(host)));
        let node = arena.add_engine(wan, lan, &EngineConfig::new([host; 32]));
        let mut strategies = Strategies::new();
        random(&mut strategies);
        let config = ipv8_core::engine::OverlayConfig {
            bootstrappers: ipv8_core::overlay::DispersyBootstrapper::new([tracker]).into(),
            ..overlay_config(number)
        };
        arena.add_overlay::<Quiet>(node, config, QuietId::default(), strategies);
        nodes.push(node);
    }
    arena.run_for(MINUTE);
    let (first, second) = (address("192.168.1.10:8090"), address("192.168.1.30:8090"));
    assert!(!sent_to(&arena, nodes[0], |to| *to == second).is_empty());
    assert!(!sent_to(&arena, nodes[1], |to| *to == first).is_empty());
}
