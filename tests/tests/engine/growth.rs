//! Costs that must not grow with the number of known peers and addresses. The tests count datagrams
//! and timeouts instead of measuring time.

use std::collections::BTreeSet;
use std::net::{SocketAddr, SocketAddrV4};

use ipv8_core::internals::network::{NetworkLimits, PeerGraph};
use ipv8_core::internals::values::set_lan_address;
use ipv8_core::prelude::*;
use ipv8_core::wire::{IntroductionResponse, Style};
use ipv8_tests::desk::{Desk, PROBE, address, identifier_of, key, overlay_config, sealed_styled};
use ipv8_tests::probe::ProbeSettings;

/// The number of the first introduced address; the neighbours have lower numbers.
const FIRST: u16 = 1_000;

fn at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([40, high, low, 1], 8090))
}

fn is_introduced(address: &SocketAddr) -> bool {
    matches!(address, SocketAddr::V4(address) if address.ip().octets()[0] == 40)
}

/// An edge walk with six neighbours, each of which introduced `each` addresses.
fn edge_walk(each: u16) -> Desk {
    let mut strategies = Strategies::new();
    strategies.add::<EdgeWalk>(-1, |_| {});
    let mut desk = Desk::with(overlay_config(0), ProbeSettings::default(), strategies);
    *desk.engine.network_mut() = PeerGraph::new(NetworkLimits {
        max_addresses: 60_000,
        max_addresses_per_introducer: 60_000,
        ..NetworkLimits::default()
    });
    desk.engine.network_mut().register_service(PROBE);
    for neighbour in 1..=6 {
        let peer = desk.befriend(neighbour, SocketAddr::from(([20, 0, 0, 1], neighbour)));
        for number in 0..each {
            let introduced = at(FIRST + (neighbour - 1) * each + number);
            let network = desk.engine.network_mut();
            network.discover_address(&peer, introduced, Some(PROBE), false);
        }
    }
    desk.drain_after_flush();
    desk
}

#[test]
fn a_step_of_an_edge_walk_sends_as_many_datagrams_with_a_thousand_introductions_as_with_fifty() {
    for each in [50, 1_000, 9_000] {
        let mut desk = edge_walk(each);
        let mut asked = BTreeSet::new();
        let mut most = 0;
        for _ in 0..60 {
            let sent = desk.tick(1);
            most = most.max(sent.len());
            asked.extend(sent.into_iter().map(|(_, to, _)| to));
        }
        // Six to addresses. Six more could go to the ends of growing edges, but no edge grows.
        assert_eq!(most, 6, "with {each} introductions of each");
        assert!(asked.len() > 100, "it asked {}", asked.len());
    }
}

#[test]
fn an_edge_grows_to_the_one_of_a_thousand_that_answers() {
    let mut desk = edge_walk(1_000);
    let mut answered = None;
    // The first step finds the neighbourhood; each of the other six begins an edge.
    desk.tick(7);
    for _ in 0..200 {
        let sent = desk.tick(1);
        let mut introduced = sent.iter().filter(|(_, to, _)| is_introduced(to));
        match answered {
            // One of the asked addresses answers.
            None => {
                let last = introduced.next_back();
                answered = last.map(|(_, to, request)| answer(&mut desk, *to, request));
            }
            // Only an edge that grew asks a verified peer.
            Some(peer) if sent.iter().any(|(_, to, _)| *to == peer) => return,
            Some(_) => {}
        }
    }
    panic!("no edge grew to {answered:?}");
}

/// Delivers a response from `from` to `request` that introduces no peer. Returns `from`.
fn answer(desk: &mut Desk, from: SocketAddr, request: &[u8]) -> SocketAddr {
    let identifier = identifier_of(request);
    let response = IntroductionResponse::new(address("50.5.5.5:5"), from, from, identifier);
    let response = sealed_styled(PROBE, &key(100), Style::Old, response);
    desk.receive(from, &response);
    from
}

#[test]
fn an_answer_has_as_many_datagrams_with_ten_thousand_peers_as_with_two() {
    let mut config = overlay_config(0);
    config.max_peers = Some(-1);
    let mut desk = Desk::with(config, ProbeSettings::default(), Strategies::new());
    let number = std::cell::Cell::new(0_u32);
    let befriend = |desk: &mut Desk| {
        number.set(number.get() + 1);
        let [_, a, b, c] = number.get().to_be_bytes();
        let mut bytes = b"LibNaCLPK:".to_vec();
        bytes.extend([0; 60]);
        bytes.extend(number.get().to_be_bytes());
        let key = ipv8_core::crypto::PublicKey::from_bytes(&bytes).expect("a key of 74 bytes");
        let mut peer = Peer::new(key, SocketAddr::from(([20, a, b, c], 1)), desk.now);
        set_lan_address(&mut peer, SocketAddrV4::new([10, a, b, c].into(), 8_090));
        assert!(desk.engine.network_mut().add_peer_of(&peer, PROBE));
        desk.drain_after_flush();
    };
    befriend(&mut desk);
    let source = address("30.0.0.1:1");
    desk.befriend(7, source);
    for peers in [2, 1_000, 9_000] {
        while desk.engine.network().verified_count() < peers {
            befriend(&mut desk);
        }
        let request = ipv8_core::wire::IntroductionRequest::new(
            Style::Old,
            address("10.1.1.1:8090"),
            source,
            source,
            1,
        );
        let sent = desk.receive(source, &sealed_styled(PROBE, &key(7), Style::Old, request));
        assert_eq!(sent.len(), 2, "an answer and its puncture request");
        let timeout = desk.engine.poll_timeout();
        assert_eq!(timeout, None, "nothing waits because of a peer");
    }
}
