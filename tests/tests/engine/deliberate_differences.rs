//! Deliberate differences from py-ipv8, and py-ipv8 surprises that we keep (protocol 16). Items 1
//! and 2 are in `strategies/discovery.rs`, items 9 to 13 in `among_strangers.rs`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output};
use ipv8_core::internals::network::PeerGraph;
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, PunctureRequest, Style,
};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{Desk, PROBE, address, key, overlay_config, sealed, sealed_styled};
use ipv8_tests::probe::{Heard, Ping, Probe, ProbeSettings, Shout};
use ipv8_tests::wire_fields::{Field, read};

fn request(style: Style, from: SocketAddr) -> IntroductionRequest {
    IntroductionRequest::new(style, address("10.1.1.1:8090"), from, from, 5)
}

fn field(datagram: &[u8], name: &str) -> Field {
    let (_, _, fields) = read(datagram);
    let found = fields.into_iter().find(|(found, _)| *found == name);
    found.expect("the message has that field").1
}

#[test]
fn item_3_a_datagram_that_is_only_a_prefix_is_dropped() {
    let mut desk = Desk::new();
    assert!(
        desk.receive(address("20.0.0.1:1"), &PROBE.prefix())
            .is_empty()
    );
    assert_eq!(desk.drops(DropReason::TooShort), 1);
    assert_eq!(desk.engine.stats().panics, 0);
}

#[test]
fn item_4_a_removed_peer_is_gone_and_can_become_verified_again() {
    type Removal = fn(&mut PeerGraph, &Peer, &SocketAddr) -> bool;
    let removals: [Removal; 2] = [
        |network, peer, _| network.remove_peer(peer.key()),
        |network, _, at| network.remove_address(at),
    ];
    for remove in removals {
        let mut desk = Desk::new();
        let at = address("20.0.0.1:1");
        let peer = desk.befriend(1, at);
        // Looked up once, so that a cache would hold the peer.
        assert!(desk.engine.network().verified_by_address(&at).is_some());
        assert!(remove(desk.engine.network_mut(), &peer, &at));
        let network = desk.engine.network();
        assert!(network.verified_by_address(&at).is_none());
        assert!(network.peer(peer.key()).is_none());
        assert_eq!(network.peer_count(PROBE), 0);
        // py-ipv8 would find the key in its table and never add it again.
        desk.prove::<Probe>(PROBE, 1, at);
        assert_eq!(desk.engine.network().peer_count(PROBE), 1);
        let found = desk.engine.network().verified_by_address(&at);
        assert_eq!(found.map(Peer::key), Some(peer.key()));
    }
}

#[test]
fn item_5_new_style_messages_advertise_the_wan_estimate() {
    let mut desk = Desk::new();
    let at = address("20.0.0.1:1");
    let source_wan = |desk: &mut Desk| {
        let request = sealed_styled(PROBE, &key(1), Style::New, request(Style::New, at));
        let sent = desk.receive(at, &request);
        assert_eq!(sent[0].1[22], 233, "a new-style response");
        field(&sent[0].1, "source_wan_address")
    };
    // Without an estimate, the LAN address is better than nothing.
    assert_eq!(
        source_wan(&mut desk),
        Field::Address(address("10.1.1.1:8090"))
    );
    let wan = address("50.5.5.5:8090");
    let identifier = desk.ask::<Probe>(PROBE, at);
    let response = IntroductionResponse::new(wan, at, at, identifier);
    desk.receive(at, &sealed_styled(PROBE, &key(1), Style::Old, response));
    for _ in 0..2 {
        assert_eq!(
            source_wan(&mut desk),
            Field::Address(wan),
            "it is not lost again"
        );
    }
    desk.call(|_, cx| cx.walk_to("[2a00::1]:1".parse().expect("an address")));
    let sent = desk.drain().0;
    assert_eq!(
        field(&sent[0].1, "source_wan_address"),
        Field::Address(wan),
        "in requests too"
    );
}

#[test]
fn item_6_the_addresses_of_a_snapshot_are_walkable() {
    let (mut before, mut after) = (Desk::new(), Desk::new());
    let addresses = BTreeSet::from([address("20.0.0.1:1"), address("20.0.0.2:2")]);
    for (number, at) in (1..).zip(&addresses) {
        before.befriend(number, *at);
    }
    let snapshot = before.engine.network().snapshot();
    let loaded = after.engine.network_mut().load_snapshot(&snapshot);
    assert_eq!((loaded.added, loaded.malformed_at), (2, None));
    let walkable: BTreeSet<_> = after.engine.network().walkable_addresses(PROBE).collect();
    assert_eq!(walkable, addresses);
    let mut strategies = Strategies::new();
    strategies.add::<RandomWalk>(20, |walk| walk.reset_chance = 0);
    let added = after
        .engine
        .add_strategies::<Probe>(PROBE, strategies, after.now);
    assert!(matches!(added, Ok(Ok(_))));
    let walked: BTreeSet<_> = after.tick(2).into_iter().map(|(_, to, _)| to).collect();
    assert_eq!(walked, addresses, "the walker visits them");
}

/// Does nothing.
#[derive(Default)]
struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

#[test]
fn item_7_each_strategy_steps_once_per_interval() {
    for (interval, count) in [(0.5, 1), (0.5, 3), (4.0, 3), (4.0, 4), (2.0, 7)] {
        let now = Instant::now();
        let mut config = EngineConfig::new([1; 32]);
        config.walk_interval = Duration::from_secs_f64(interval);
        let mut engine = Engine::new(&config);
        let mut strategies = Strategies::new();
        for _ in 0..count {
            strategies.add::<Idle>(-1, |_| {});
        }
        engine
            .add_overlay::<Probe>(overlay_config(0), ProbeSettings::default(), strategies, now)
            .expect("the overlay is made");
        let mut steps = vec![Vec::new(); count];
        for _ in 0..5 * count {
            let at = engine.poll_timeout().expect("a turn");
            engine.handle(Input::Timeout, at);
            while let Some(output) = engine.poll_output() {
                if let Output::Event(Event::Step(report)) = output {
                    steps[report.index].push(report.at);
                }
            }
            engine.handle(Input::Flushed, at);
        }
        for steps in steps {
            for pair in steps.windows(2) {
                let off = (pair[1] - pair[0]).abs_diff(config.walk_interval);
                assert!(
                    off < Duration::from_micros(1),
                    "{count} strategies in {interval} s: off by {off:?}"
                );
            }
        }
    }
}

#[test]
fn item_8_a_puncture_request_names_the_introducer_and_a_puncture_names_the_walker() {
    let mut desk = Desk::new();
    let (walker, friend) = (address("20.0.0.1:1"), address("30.0.0.1:1"));
    desk.befriend(2, friend);
    desk.befriend(1, walker);
    let request = sealed_styled(PROBE, &key(1), Style::Old, request(Style::Old, walker));
    let sent = desk.receive(walker, &request);
    assert_eq!((sent.len(), sent[0].0, sent[0].1[22]), (2, friend, 250));
    // Our address as the walker sees it, in the place of the walker's LAN address.
    let lan = field(&sent[0].1, "lan_walker_address");
    assert_eq!(lan, Field::Address(address("10.1.1.1:8090")));
    assert_eq!(
        field(&sent[0].1, "wan_walker_address"),
        Field::Address(walker)
    );
    let asked = PunctureRequest {
        lan_walker: friend,
        wan_walker: walker,
        identifier: 5,
    };
    let sent = desk.receive(friend, &sealed_styled(PROBE, &key(2), Style::Old, asked));
    assert_eq!((sent.len(), sent[0].0, sent[0].1[22]), (1, walker, 249));
    // The walker's address, in the place of our own.
    assert_eq!(
        field(&sent[0].1, "source_wan_address"),
        Field::Address(walker)
    );
    let lan = field(&sent[0].1, "source_lan_address");
    assert_eq!(lan, Field::Address(address("10.1.1.1:8090")));
}

#[test]
fn item_8_a_last_field_with_a_too_large_length_takes_the_rest() {
    let mut desk = Desk::new();
    let mut datagram = sealed(
        PROBE,
        &key(1),
        1,
        &Shout {
            data: b"abc".to_vec(),
        },
    );
    datagram[23..25].copy_from_slice(&1000_u16.to_be_bytes());
    desk.receive(address("20.0.0.1:1"), &datagram);
    let heard = desk.call(|probe, _| probe.heard.clone());
    assert_eq!(heard, [Heard::Shout(b"abc".to_vec())]);
}

#[test]
fn item_8_received_clocks_are_not_merged() {
    let mut desk = Desk::new();
    let at = address("20.0.0.1:1");
    let message = request(Style::Old, at);
    let packet = ipv8_core::internals::payload::Styled::packet(
        message,
        Style::Old,
        &PROBE.prefix(),
        &key(1),
        1_000_000,
    );
    let sent = desk.receive(at, &packet.expect("it packs").seal());
    let (id, time, _) = read(&sent[0].1);
    assert_eq!(
        (id, time),
        (245, 1),
        "the first message sent carries 1, regardless of the received clock"
    );
}

#[test]
fn only_new_signed_messages_from_a_proven_address_are_signs_of_life() {
    let mut desk = Desk::new();
    let at = address("20.0.0.1:1");
    let peer = desk.befriend(1, at);
    desk.pass(Duration::from_secs(1));
    let last = |desk: &Desk| {
        let peer = desk.engine.network().peer(peer.key());
        peer.and_then(Peer::last_response)
    };
    let signed = |number: u16| {
        let mut request = request(Style::Old, at);
        request.identifier = number;
        sealed_styled(PROBE, &key(1), Style::Old, request)
    };
    let mut forged = signed(1);
    *forged.last_mut().expect("bytes") ^= 1;
    desk.receive(at, &forged);
    assert_eq!(last(&desk), None);
    // Unsigned messages prove nothing: any host can send them from any address.
    desk.receive(at, &sealed(PROBE, &key(1), 1, &Ping { number: 1 }));
    assert_eq!(last(&desk), None);
    // Another key's signature proves nothing about this peer, not even from its address.
    let other = sealed_styled(PROBE, &key(2), Style::Old, request(Style::Old, at));
    desk.receive(at, &other);
    assert_eq!(last(&desk), None);
    // Neither does its own from elsewhere.
    desk.receive(address("66.0.0.1:1"), &signed(1));
    assert_eq!(last(&desk), None);
    desk.receive(at, &signed(1));
    let first = desk.now;
    assert_eq!(last(&desk), Some(first));
    // A copy shows nothing.
    desk.pass(Duration::from_secs(60));
    desk.receive(at, &signed(1));
    assert_eq!(last(&desk), Some(first));
    desk.receive(at, &signed(2));
    assert_eq!(last(&desk), Some(desk.now));
    // A message a moment later adds nothing, and its signature need not be remembered.
    desk.pass(Duration::from_secs(4));
    desk.receive(at, &signed(3));
    assert_eq!(last(&desk), Some(desk.now - Duration::from_secs(4)));
    desk.pass(Duration::from_secs(1));
    desk.receive(at, &signed(3));
    assert_eq!(last(&desk), Some(desk.now));
    // The answer that makes a peer counts too, so that churn can drop a peer heard only once.
    desk.prove::<Probe>(PROBE, 3, address("20.0.0.3:3"));
    let new = desk.engine.network().peer(key(3).public_key());
    assert_eq!(new.and_then(Peer::last_response), Some(desk.now));
}

#[test]
fn the_bootstrap_pause_is_short_until_the_first_answer() {
    let tracker = address("20.0.0.9:9");
    let mut config = overlay_config(0);
    config.bootstrappers = DispersyBootstrapper::new([tracker]).into();
    let mut desk = Desk::with(config, ProbeSettings::default(), Strategies::new());
    // The identifiers of the requests sent.
    let asks = |desk: &mut Desk, after: f64| {
        desk.pass(Duration::from_secs_f64(after));
        desk.call(|_, cx| cx.bootstrap());
        let sent = desk.drain().0.into_iter();
        sent.map(|(_, request)| field(&request, "identifier"))
            .collect::<Vec<_>>()
    };
    assert_eq!(asks(&mut desk, 0.0).len(), 1);
    assert_eq!(asks(&mut desk, 2.9), []);
    let [Field::Number(identifier)] = asks(&mut desk, 0.1)[..] else {
        panic!("three seconds later it asks again");
    };
    let identifier = u16::try_from(identifier).expect("a u16");
    let response =
        IntroductionResponse::new(address("50.5.5.5:8090"), tracker, tracker, identifier);
    desk.receive(
        tracker,
        &sealed_styled(PROBE, &key(9), Style::Old, response),
    );
    assert_eq!(asks(&mut desk, 29.9), []);
    assert_eq!(
        asks(&mut desk, 0.1).len(),
        1,
        "thirty seconds once it has answered"
    );
    assert!(
        !desk.engine.network().is_verified(key(9).public_key()),
        "a tracker is no peer"
    );
}

#[test]
fn our_own_datagrams_are_dropped_when_they_come_back() {
    let mut desk = Desk::new();
    let at = address("10.1.1.1:8090");
    let request = sealed_styled(PROBE, &key(0), Style::Old, request(Style::Old, at));
    assert!(desk.receive(at, &request).is_empty());
    assert_eq!(desk.drops(DropReason::OwnPacket), 1);
}

#[test]
fn a_node_never_walks_to_its_own_address() {
    // Introduced to ourselves: by the WAN address, by the LAN address, or by both.
    let (lan, wan) = (address("10.1.1.1:8090"), address("50.5.5.5:8090"));
    let nobody = address("0.0.0.0:0");
    for (introduced_lan, introduced_wan) in
        [(nobody, wan), (lan, wan), (lan, address("60.0.0.1:1"))]
    {
        let mut desk = Desk::new();
        let at = address("20.0.0.1:1");
        let identifier = desk.ask::<Probe>(PROBE, at);
        let mut response = IntroductionResponse::new(wan, at, at, identifier);
        response.lan_introduction = introduced_lan;
        response.wan_introduction = introduced_wan;
        desk.receive(at, &sealed_styled(PROBE, &key(1), Style::Old, response));
        let network = desk.engine.network();
        assert!(network.is_verified(key(1).public_key()));
        assert!(!network.is_known(&lan), "{introduced_lan} {introduced_wan}");
        assert!(!network.is_known(&wan), "{introduced_lan} {introduced_wan}");
    }
}

#[test]
fn no_peer_is_introduced_to_itself() {
    // Two peers share one address. A lookup by address finds only one of them.
    for number in [1, 2] {
        let mut desk = Desk::new();
        let at = address("20.0.0.1:1");
        for befriended in [1, 2] {
            desk.befriend(befriended, at);
        }
        let request = sealed_styled(PROBE, &key(number), Style::Old, request(Style::Old, at));
        for _ in 0..10 {
            let sent = desk.receive(at, &request);
            assert_eq!(sent.len(), 1, "a puncture request to the requester itself");
            let introduced = field(&sent[0].1, "wan_introduction_address");
            assert_eq!(introduced, Field::Address(address("0.0.0.0:0")));
        }
    }
}
