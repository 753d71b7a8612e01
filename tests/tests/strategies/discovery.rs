//! The discovery community on one engine: which peers it asks, which it answers, and how it resists
//! floods and forgeries. Items 1 and 2 of the differences from py-ipv8 (protocol 16) are here.

use std::collections::BTreeSet;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::Mid;
use ipv8_core::engine::Event;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::discovery::{
    DiscoveryIntroductionRequest, MAX_OPEN_PINGS, MAX_WRONG_PONGS, PER_SECOND, Ping, Pong,
    SimilarityRequest, SimilarityResponse,
};
use ipv8_core::internals::packet::open_signed;
use ipv8_core::internals::values::add_address;
use ipv8_core::launch::DiscoveryLauncher;
use ipv8_core::overlay::Context;
use ipv8_core::state::DropReason;
use ipv8_core::wire::Bits;
use ipv8_core::wire::{IntroductionRequest, IntroductionResponse, Style};
use ipv8_core::{
    Available, Community, CommunityId, CommunityLauncher, Message, Peer, PingCommunity,
};
use ipv8_tests::desk::{Desk, address, key, overlay_config, sealed, sealed_styled};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::wire_fields::{Field, read};

const ID: CommunityId = DiscoveryCommunity::COMMUNITY_ID;
const HERE: &str = "10.1.1.1:8090";

fn desk() -> Desk {
    desk_for(None)
}

fn desk_for(max_peers: Option<i32>) -> Desk {
    let mut desk = Desk::new();
    let mut config = overlay_config(0);
    config.max_peers = max_peers;
    desk.reload_with::<DiscoveryCommunity>(config, (), Strategies::new());
    desk
}

/// Returns the address of a node; each is on a host of its own, most at other providers.
fn at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([20, low, high, 1], 8090))
}

fn service(number: u8) -> CommunityId {
    CommunityId::from_bytes([number; 20])
}

fn call<R>(
    desk: &mut Desk,
    call: impl FnOnce(&mut DiscoveryCommunity, &mut Context<'_>) -> R,
) -> R {
    let called = desk.engine.call(desk.id, desk.now, call);
    called.expect("the overlay is loaded")
}

fn ping(desk: &mut Desk, peer: &Peer) -> u16 {
    call(desk, |community, cx| community.send_ping(peer, cx));
    let (sent, _) = desk.drain();
    let [(to, datagram)] = &sent[..] else {
        panic!("{} datagrams for one ping", sent.len());
    };
    assert_eq!(*to, peer.address());
    assert_eq!((datagram.len(), datagram[22]), (33, Ping::ID));
    u16::from_be_bytes([datagram[31], datagram[32]])
}

fn pong(desk: &mut Desk, from: SocketAddr, identifier: u16) -> Vec<Event> {
    desk.give(from, &sealed(ID, &key(1), 9, &Pong { identifier }));
    let (sent, events) = desk.drain();
    assert!(sent.is_empty(), "a pong is not answered");
    events
}

fn pings(desk: &Desk, peer: &Peer) -> Vec<Duration> {
    let known = desk.engine.network().peer(peer.key());
    known.expect("a verified peer").pings().collect()
}

fn similarity_request(number: u16, services: &[CommunityId]) -> Vec<u8> {
    let request = SimilarityRequest {
        identifier: 77,
        lan: at(1),
        wan: at(1),
        flags: Bits::default(),
        services: services.to_vec(),
    };
    sealed(ID, &key(number), 9, &request)
}

fn similarity_response(number: u16, identifier: u16, services: &[CommunityId]) -> Vec<u8> {
    let response = SimilarityResponse {
        identifier,
        services: services.to_vec(),
        overlap: Vec::new(),
    };
    sealed(ID, &key(number), 9, &response)
}

/// Makes `number`'s key at `from` a peer: it answers an introduction request. Returns the datagrams
/// that the answer causes.
fn prove(desk: &mut Desk, number: u16, from: SocketAddr) -> Vec<(SocketAddr, Vec<u8>)> {
    desk.prove::<DiscoveryCommunity>(ID, number, from)
}

/// Like [`prove`], but returns the identifier of the similarity request that the peer gets.
fn asked_for_services(desk: &mut Desk, number: u16, from: SocketAddr) -> u16 {
    let sent = prove(desk, number, from);
    let (to, datagram) = sent.first().expect("it is asked");
    assert_eq!(*to, from);
    opened::<SimilarityRequest>(datagram).2.identifier
}

/// Lets the engine ask the contact at `from`, and delivers the answer of `number`'s key in `style`.
/// Returns the id of the request, and the datagrams that the answer causes.
fn prove_contact(
    desk: &mut Desk,
    number: u16,
    from: SocketAddr,
    style: Style,
) -> (u8, Vec<(SocketAddr, Vec<u8>)>) {
    let sent = desk.tick(1);
    let [(_, to, request)] = &sent[..] else {
        panic!("{} datagrams to one contact", sent.len());
    };
    assert_eq!(*to, from);
    let (here, identifier) = (address(HERE), desk.identifier(from));
    let mut response = IntroductionResponse::new(here, from, from, identifier);
    response.supports_new_style = style == Style::New;
    let response = sealed_styled(ID, &key(number), style, response);
    (request[22], desk.receive(from, &response))
}

fn services_of(desk: &Desk, number: u16) -> BTreeSet<CommunityId> {
    let network = desk.engine.network();
    network.services_for(key(number).public_key()).collect()
}

/// Opens a similarity message: its signer, time and payload.
fn opened<M: Message>(datagram: &[u8]) -> (Mid, u64, M) {
    assert_eq!(datagram[22], M::ID);
    let (key, _, time, message) = open_signed::<M>(datagram, true).expect("it opens");
    (key.mid(), time.expect("a time"), message)
}

#[test]
fn a_similarity_response_that_another_node_passes_on_moves_no_peer() {
    let mut desk = desk();
    let _ = prove(&mut desk, 1, at(1));
    desk.pass(Duration::from_secs(2));
    let identifier = asked_for_services(&mut desk, 2, at(2));
    // The key of peer 1, at the address of peer 2.
    let passed_on = similarity_response(1, identifier, &[ID, service(9)]);
    desk.receive(at(2), &passed_on);
    let network = desk.engine.network();
    let peer = network.peer(key(1).public_key()).expect("it stays");
    assert_eq!(peer.address(), at(1));
    assert!(!services_of(&desk, 1).contains(&service(9)));
    // The node that was asked may have several keys.
    desk.receive(at(2), &similarity_response(3, identifier, &[ID]));
    let network = desk.engine.network();
    let other = network.peer(key(3).public_key()).expect("it is added");
    assert_eq!(other.address(), at(2));
}

#[test]
fn a_similarity_request_speaks_for_a_peer_only_from_its_proven_address() {
    let mut desk = desk();
    let _ = prove(&mut desk, 1, at(1));
    let request = similarity_request(1, &[service(9)]);
    desk.receive(at(7), &request);
    assert!(!services_of(&desk, 1).contains(&service(9)));
    desk.receive(at(1), &request);
    assert!(services_of(&desk, 1).contains(&service(9)));
}

#[test]
fn a_pong_becomes_a_ping_time_and_an_event() {
    let mut desk = desk();
    let peer = desk.befriend(1, at(1));
    let identifier = ping(&mut desk, &peer);
    desk.pass(Duration::from_millis(120));
    let events = pong(&mut desk, at(1), identifier);
    let [
        Event::Latency {
            overlay,
            peer: answered,
            round_trip,
        },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((*overlay, answered), (ID, &peer));
    assert_eq!(*round_trip, Duration::from_millis(120));
    assert_eq!(answered.median_ping(), Some(*round_trip));
    assert_eq!(pings(&desk, &peer), [*round_trip]);
    // A pong counts only once, and it is a sign of life.
    assert!(pong(&mut desk, at(1), identifier).is_empty());
    assert_eq!(desk.drops(DropReason::Unsolicited), 1);
    let known = desk.engine.network().peer(peer.key());
    assert_eq!(known.and_then(Peer::last_response), Some(desk.now));
}

#[test]
fn a_pong_that_comes_late_or_from_elsewhere_is_ignored() {
    let mut desk = desk();
    let peer = desk.befriend(1, at(1));
    let identifier = ping(&mut desk, &peer);
    desk.befriend(2, at(2));
    for elsewhere in [at(2), at(3)] {
        assert!(pong(&mut desk, elsewhere, identifier).is_empty());
    }
    // A pong from another address of the peer counts.
    let lan = address("192.168.1.5:7");
    let network = desk.engine.network_mut();
    network.peer_mut(peer.key(), |peer| add_address(peer, lan));
    assert_eq!(pong(&mut desk, lan, identifier).len(), 1);
    let identifier = ping(&mut desk, &peer);
    desk.pass(Duration::from_millis(5_001));
    assert!(pong(&mut desk, at(1), identifier).is_empty());
    assert_eq!(desk.drops(DropReason::Unsolicited), 3);
    assert_eq!(pings(&desk, &peer).len(), 1);
}

#[test]
fn item_1_pongs_match_after_any_number_of_messages() {
    let mut desk = desk();
    let peer = desk.befriend(1, at(1));
    let mut numbers = BTreeSet::new();
    for round in 0..70_000_u64 {
        let identifier = ping(&mut desk, &peer);
        numbers.insert(identifier);
        desk.pass(Duration::from_micros(10));
        assert_eq!(
            pong(&mut desk, at(1), identifier).len(),
            1,
            "message {round}"
        );
    }
    // Numbers are drawn from the whole range, not counted up.
    assert!(numbers.len() > 30_000 && numbers.len() < 65_536);
}

#[test]
fn guessing_the_number_of_a_ping_is_hopeless() {
    // From another address, no number is accepted.
    let mut desk = desk();
    let peer = desk.befriend(1, at(1));
    let identifier = ping(&mut desk, &peer);
    for guess in 0..=u16::MAX {
        assert!(pong(&mut desk, at(2), guess).is_empty());
    }
    assert_eq!(
        pong(&mut desk, at(1), identifier).len(),
        1,
        "still waited for"
    );
    // From the peer's address, the ping is given up after a few wrong numbers.
    let identifier = ping(&mut desk, &peer);
    for wrong in 1..MAX_WRONG_PONGS {
        let guess = identifier.wrapping_add(wrong);
        assert!(pong(&mut desk, at(1), guess).is_empty());
    }
    assert_eq!(pong(&mut desk, at(1), identifier).len(), 1, "not yet");
    let identifier = ping(&mut desk, &peer);
    for wrong in 1..=MAX_WRONG_PONGS {
        let guess = identifier.wrapping_add(wrong);
        assert!(pong(&mut desk, at(1), guess).is_empty());
    }
    assert!(pong(&mut desk, at(1), identifier).is_empty(), "given up");
}

#[test]
fn the_oldest_of_too_many_pings_is_forgotten() {
    let mut desk = desk();
    let peer = desk.befriend(1, at(1));
    let numbers: Vec<u16> = (0..=MAX_OPEN_PINGS)
        .map(|_| ping(&mut desk, &peer))
        .collect();
    let different: BTreeSet<_> = numbers[1..].iter().collect();
    assert_eq!(different.len(), MAX_OPEN_PINGS);
    assert!(pong(&mut desk, at(1), numbers[0]).is_empty());
    for number in &numbers[1..] {
        assert_eq!(pong(&mut desk, at(1), *number).len(), 1);
    }
}

#[test]
fn a_ping_is_answered_at_its_source_with_as_many_bytes() {
    let mut desk = desk();
    let ping = sealed(ID, &key(1), 9, &Ping { identifier: 4711 });
    let sent = desk.receive(at(5), &ping);
    let [(to, datagram)] = &sent[..] else {
        panic!("{} datagrams", sent.len())
    };
    assert_eq!(*to, at(5));
    assert_eq!(datagram.len(), ping.len());
    assert_eq!(datagram[22], Pong::ID);
    assert_eq!(&datagram[31..], 4711_u16.to_be_bytes());
    assert_eq!(
        desk.engine.network().verified_count(),
        0,
        "a ping makes no peer"
    );
}

#[test]
fn a_response_is_followed_by_one_similarity_request_for_each_key() {
    let mut desk = desk();
    // Key 0 runs discovery and service 1; key 7 runs services 2 and 3.
    for (number, owner) in [(1, 0), (2, 7), (3, 7)] {
        let settings = QuietId(service(number));
        let added = desk.engine.add_overlay::<Quiet>(
            overlay_config(owner),
            settings,
            Strategies::new(),
            desk.now,
        );
        added.expect("the overlay is made");
    }
    desk.drain();
    let sent = prove(&mut desk, 1, at(1));
    let requests: Vec<_> = sent
        .iter()
        .map(|(to, datagram)| {
            assert_eq!(*to, at(1));
            opened::<SimilarityRequest>(datagram)
        })
        .collect();
    let [
        (first, first_time, request),
        (second, second_time, other_request),
    ] = &requests[..]
    else {
        panic!("{requests:?}");
    };
    assert_eq!(
        (first, &request.services[..]),
        (&key(0).mid(), &[ID, service(1)][..])
    );
    assert_eq!(
        (second, &other_request.services[..]),
        (&key(7).mid(), &[service(2), service(3)][..])
    );
    assert_eq!(request.lan, address(HERE));
    assert_eq!(*second_time, first_time + 1);
    // Only the node that receives a request knows its identifier.
    let identifiers = [request, other_request].map(|request| u64::from(request.identifier));
    assert_ne!(identifiers[0], identifiers[1]);
    assert!(
        !identifiers
            .iter()
            .any(|id| [*first_time, *second_time].contains(id))
    );
    // An unloaded overlay is not listed any more.
    assert!(desk.engine.unload_overlay(service(2), desk.now));
    desk.pass(Duration::from_secs(1));
    let sent = prove(&mut desk, 1, at(1));
    let (_, _, last) = opened::<SimilarityRequest>(&sent[1].1);
    assert_eq!(last.services, [service(3)]);
}

#[test]
fn a_peer_is_told_our_services_and_its_own_are_noted() {
    let mut desk = desk();
    desk.befriend(1, at(1));
    let sent = desk.receive(at(1), &similarity_request(1, &[ID, service(5)]));
    let [(to, datagram)] = &sent[..] else {
        panic!("{} datagrams", sent.len())
    };
    let (signer, _, response) = opened::<SimilarityResponse>(datagram);
    assert_eq!((*to, signer), (at(1), key(0).mid()));
    assert_eq!(
        (response.identifier, &response.services[..]),
        (77, &[ID][..])
    );
    assert!(response.overlap.is_empty());
    assert_eq!(services_of(&desk, 1), [ID, service(5)].into());
}

#[test]
fn a_stranger_gets_our_services_once_it_has_proven_its_address() {
    let mut desk = desk();
    let request = similarity_request(1, &[service(5)]);
    assert_eq!(desk.receive(at(1), &request), []);
    assert_eq!(desk.drops(DropReason::RateLimited), 1);
    // Its services are noted although it is not a peer.
    assert_eq!(services_of(&desk, 1), [service(5)].into());
    assert_eq!(desk.engine.network().verified_count(), 0);
    // It is a contact, so it is asked for an introduction a little later. After its response it is
    // a peer: it is asked for its services, and its request is answered.
    let asked = desk.now;
    let (id, sent) = prove_contact(&mut desk, 1, at(1), Style::Old);
    assert_eq!((id, desk.now - asked), (246, Duration::from_secs(1)));
    assert_eq!((sent.len(), sent[0].1[22]), (1, SimilarityRequest::ID));
    let sent = desk.receive(at(1), &request);
    assert_eq!((sent.len(), sent[0].1[22]), (1, SimilarityResponse::ID));
}

#[test]
fn a_similarity_response_that_answers_no_request_changes_nothing() {
    let mut desk = desk();
    let identifier = asked_for_services(&mut desk, 1, at(1));
    let wrong = identifier.wrapping_add(1);
    for (number, from, identifier) in [(1, at(1), wrong), (2, at(1), wrong), (1, at(2), identifier)]
    {
        let response = similarity_response(number, identifier, &[ID, service(5)]);
        assert_eq!(desk.receive(from, &response), []);
    }
    assert_eq!(desk.drops(DropReason::Unsolicited), 3);
    assert_eq!(services_of(&desk, 1), [ID].into());
    assert_eq!(services_of(&desk, 2), [].into());
    assert_eq!(desk.engine.network().verified_count(), 1);
    // Each key of the node that was asked may answer.
    for number in [1, 2] {
        let response = similarity_response(number, identifier, &[ID, service(5)]);
        desk.receive(at(1), &response);
        assert_eq!(services_of(&desk, number), [ID, service(5)].into());
    }
    assert_eq!(desk.engine.network().verified_count(), 2);
    // It is late.
    desk.pass(Duration::from_secs(11));
    desk.receive(at(1), &similarity_response(3, identifier, &[ID]));
    assert_eq!(desk.drops(DropReason::Unsolicited), 4);
    assert_eq!(desk.engine.network().verified_count(), 2);
}

#[test]
fn another_key_at_the_address_of_a_peer_is_no_stranger() {
    let mut desk = desk();
    desk.befriend(1, at(1));
    let sent = desk.receive(at(1), &similarity_request(2, &[service(5)]));
    assert_eq!((sent.len(), sent[0].1[22]), (1, SimilarityResponse::ID));
    assert_eq!(services_of(&desk, 2), [service(5)].into());
}

#[test]
fn a_flood_of_similarity_requests_is_answered_by_a_trickle() {
    let mut desk = desk_for(Some(-1));
    for number in 1..=200 {
        desk.befriend(number, at(number));
    }
    let mut bytes = 0;
    for _ in 0..3 {
        for number in 1..=200 {
            let sent = desk.receive(at(number), &similarity_request(number, &[]));
            bytes += sent
                .iter()
                .map(|(_, datagram)| datagram.len())
                .sum::<usize>();
            let sent = prove(&mut desk, number, at(number));
            bytes += sent
                .iter()
                .map(|(_, datagram)| datagram.len())
                .sum::<usize>();
        }
    }
    assert!(
        bytes <= PER_SECOND * 2 * 210,
        "{bytes} bytes within one second"
    );
    assert_eq!(
        desk.drops(DropReason::RateLimited),
        600 - PER_SECOND as u64,
        "counted"
    );
    // The limit applies to each second.
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.receive(at(7), &similarity_request(7, &[])).len(), 1);
}

#[test]
fn services_are_bounded_for_each_key_and_for_all() {
    let mut desk = desk();
    let list = |round: u8| -> Vec<_> {
        (0..250)
            .map(|number| {
                let mut id = [round; 20];
                id[0] = number;
                CommunityId::from_bytes(id)
            })
            .collect()
    };
    let identifier = asked_for_services(&mut desk, 1, at(1));
    let limits = desk.engine.network().limits().clone();
    for round in 0..5 {
        desk.receive(at(1), &similarity_request(1, &list(round)));
        let response = similarity_response(1, identifier, &list(round + 100));
        desk.receive(at(1), &response);
    }
    assert_eq!(desk.drops(DropReason::Unsolicited), 0);
    // Services that we run ourselves do not count towards the limit.
    assert_eq!(
        services_of(&desk, 1).len(),
        limits.max_services_per_peer + 1
    );
    // Of strangers, only the services of the latest keys are kept.
    for number in 1_000..1_300 {
        desk.receive(at(number), &similarity_request(number, &list(1)));
    }
    let kept = (1_000..1_300).filter(|number| !services_of(&desk, *number).is_empty());
    assert_eq!(kept.count(), limits.max_unverified_keys);
    assert!(services_of(&desk, 1_299).len() <= limits.max_services_per_peer);
    assert!(desk.engine.network().stats().services_over_limit > 0);
}

#[test]
fn a_response_makes_a_peer_unless_the_limit_is_reached() {
    let mut desk = desk_for(Some(2));
    let identifier = asked_for_services(&mut desk, 1, at(1));
    assert_eq!(desk.engine.network().peer_count(ID), 1);
    let mut answer = |number, services: &[CommunityId]| {
        desk.receive(at(1), &similarity_response(number, identifier, services));
        let network = desk.engine.network();
        (network.peer_count(ID), network.verified_count())
    };
    // Another key of the node.
    assert_eq!(answer(2, &[ID]), (2, 2));
    assert_eq!(
        answer(3, &[ID, service(3)]),
        (2, 2),
        "no more than the limit"
    );
    // A known peer may still report its services.
    assert_eq!(answer(2, &[service(2)]), (2, 2));
    assert_eq!(services_of(&desk, 2), [ID, service(2)].into());
    assert_eq!(services_of(&desk, 3), BTreeSet::new());
    assert_eq!(desk.engine.network().stats().peers_over_cap, 0);
}

#[test]
fn a_key_that_runs_none_of_our_overlays_is_no_peer() {
    let mut desk = desk();
    let identifier = asked_for_services(&mut desk, 1, at(1));
    desk.receive(at(1), &similarity_response(2, identifier, &[service(5)]));
    assert_eq!(desk.engine.network().verified_count(), 1);
    assert_eq!(services_of(&desk, 2), BTreeSet::new());
    // A peer may say so as often as it wants.
    desk.receive(at(1), &similarity_response(1, identifier, &[service(5)]));
    assert_eq!(services_of(&desk, 1), [ID, service(5)].into());
}

fn introduce_to(number: u16, from: SocketAddr, wanted: Mid) -> Vec<u8> {
    let request = DiscoveryIntroductionRequest {
        introduce_to: Some(wanted),
        request: IntroductionRequest::new(Style::Old, address(HERE), from, from, 55),
    };
    sealed(ID, &key(number), 7, &request)
}

fn field(datagram: &[u8], name: &str) -> Field {
    let (_, _, fields) = read(datagram);
    let found = fields.into_iter().find(|(found, _)| *found == name);
    found.expect("the message has that field").1
}

#[test]
fn item_2_a_requester_that_names_a_peer_meets_that_peer() {
    for wanted in 2..=9 {
        let mut desk = desk();
        for number in 2..=9 {
            desk.befriend(number, at(number));
        }
        let request = introduce_to(1, at(1), key(wanted).mid());
        // A stranger gets the addresses of any peer, and no puncture: its own address may be
        // forged.
        let sent = desk.receive(at(1), &request);
        let [(answered, response)] = &sent[..] else {
            panic!("{} datagrams", sent.len());
        };
        assert_eq!((*answered, response[22]), (at(1), 245));
        prove(&mut desk, 1, at(1));
        let sent = desk.receive(at(1), &request);
        let [(punctured, puncture), (answered, response)] = &sent[..] else {
            panic!("{} datagrams", sent.len());
        };
        assert_eq!(
            (*punctured, puncture[22], *answered),
            (at(wanted), 250, at(1))
        );
        assert_eq!(response[22], 245);
        assert_eq!(
            field(response, "wan_introduction_address"),
            Field::Address(at(wanted))
        );
        assert_eq!(field(response, "identifier"), Field::Number(55));
    }
}

#[test]
fn a_requester_that_names_an_unreachable_peer_or_itself_meets_any_peer() {
    let mut desk = desk();
    desk.befriend(1, at(1));
    desk.befriend(2, at(2));
    let v6 = desk.befriend(3, address("[2a00:1::1]:8090"));
    // An unknown peer, the requester itself, and a peer that an old-style requester cannot reach.
    for wanted in [key(99).mid(), key(1).mid(), v6.mid()] {
        let sent = desk.receive(at(1), &introduce_to(1, at(1), wanted));
        assert_eq!(sent.len(), 2, "{wanted}");
        let introduced = field(&sent[1].1, "wan_introduction_address");
        assert_eq!(introduced, Field::Address(at(2)));
    }
}

#[test]
fn an_old_request_makes_a_plain_contact_and_an_old_answer() {
    let mut desk = desk();
    let mut request = IntroductionRequest::new(Style::Old, address(HERE), at(8), at(1), 55);
    request.supports_new_style = true;
    // If this were read as a request that names a peer, the answer would carry another identifier.
    request.extra = vec![b'x'; 30];
    let datagram = sealed_styled(ID, &key(1), Style::Old, request);
    // The peer is already known by IPv6, but the answer still goes to the source.
    desk.befriend(1, address("[2a00:1::1]:8090"));
    let sent = desk.receive(at(1), &datagram);
    assert_eq!((sent.len(), sent[0].0, sent[0].1[22]), (1, at(1), 245));
    assert_eq!(field(&sent[0].1, "identifier"), Field::Number(55));
    let known = |desk: &Desk| {
        let peer = desk.engine.network().peer(key(1).public_key());
        let peer = peer.expect("it is verified").clone();
        (
            peer.is_new_style(),
            peer.lan_address(),
            peer.has_address(&at(1)),
        )
    };
    assert_eq!(known(&desk), (false, None, false));
    let (id, _) = prove_contact(&mut desk, 1, at(1), Style::Old);
    assert_eq!(id, 246);
    let lan = Some(SocketAddrV4::new([20, 8, 0, 1].into(), 8090));
    assert_eq!(known(&desk), (false, lan, true));
}

#[test]
fn the_limit_comes_before_anything_else() {
    let mut desk = desk();
    desk.befriend(2, at(2));
    // The peer graph keeps the peers, so a lower limit can be exceeded.
    let mut config = overlay_config(0);
    config.max_peers = Some(0);
    desk.reload_with::<DiscoveryCommunity>(config, (), Strategies::new());
    assert_eq!(desk.engine.network().peer_count(ID), 1);
    let before = desk.engine.network().peer(key(2).public_key()).cloned();
    let request = IntroductionRequest::new(Style::Old, address(HERE), at(3), at(3), 55);
    let datagram = sealed_styled(ID, &key(2), Style::Old, request);
    assert!(desk.receive(at(3), &datagram).is_empty());
    assert_eq!(desk.drops(DropReason::PeerLimit), 1);
    let after = desk.engine.network().peer(key(2).public_key()).cloned();
    let addresses = |peer: Option<Peer>| peer.map(|peer| peer.addresses().collect::<Vec<_>>());
    assert_eq!(
        addresses(after),
        addresses(before),
        "not even the address is learned"
    );
}

#[test]
fn new_style_requests_are_ordinary_ones() {
    let mut desk = desk();
    let request = IntroductionRequest::new(Style::New, address(HERE), at(8), at(1), 55);
    let datagram = sealed_styled(ID, &key(1), Style::New, request);
    let sent = desk.receive(at(1), &datagram);
    assert_eq!((sent.len(), sent[0].1[22]), (1, 233));
    assert_eq!(desk.engine.network().verified_count(), 0);
    let (id, _) = prove_contact(&mut desk, 1, at(1), Style::New);
    assert_eq!(id, 234);
    let peer = desk.engine.network().peer(key(1).public_key());
    let peer = peer.expect("it is verified");
    assert!(peer.is_new_style());
    assert_eq!(peer.lan_address().map(SocketAddr::V4), Some(at(8)));
}

#[test]
fn the_launcher_has_the_walkers_of_py_ipv8_and_is_not_collected() {
    let mut strategies = Strategies::new();
    DiscoveryLauncher.walk_strategies(&(), &mut strategies);
    let listed: Vec<_> = strategies
        .iter()
        .map(|(name, target)| (name.to_string(), target))
        .collect();
    let expected = [
        ("RandomWalk", 20),
        ("RandomChurn", -1),
        ("PeriodicSimilarity", -1),
    ];
    assert_eq!(
        listed,
        expected.map(|(name, target)| (name.to_owned(), target))
    );
    let collected = ipv8_core::launchers();
    let mut names = collected.iter().map(|launcher| launcher.name);
    assert!(!names.any(|name| name == DiscoveryLauncher::META.name));
    let available = Available::<DiscoveryCommunity>::new();
    let names = [
        "RandomWalk",
        "EdgeWalk",
        "RandomChurn",
        "PeriodicSimilarity",
    ];
    assert_eq!(available.strategy_names(), names);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn random_bytes_cause_no_panic(
        id in proptest::sample::select(vec![1_u8, 2, 3, 4, 246, 0]),
        body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        cut in 0..300_usize,
        flip in 0..2_000_usize,
    ) {
        let mut desk = desk();
        desk.befriend(1, at(1));
        let noise = [&ID.prefix()[..], &[id], &body].concat();
        let mut messages = vec![
            noise,
            similarity_request(1, &[service(1), service(2)]),
            similarity_response(1, asked_for_services(&mut desk, 1, at(1)), &[service(1)]),
            introduce_to(1, at(1), key(9).mid()),
        ];
        for message in &mut messages[1..] {
            message.truncate(message.len().saturating_sub(cut % 40));
            let bits = message.len() * 8;
            message[flip % bits / 8] ^= 1 << (flip % 8);
        }
        for message in &messages {
            desk.give(at(1), message);
            desk.drain();
        }
        let stats = desk.engine.stats();
        assert_eq!(stats.panics, 0);
        assert!(stats.datagrams_in >= messages.len() as u64);
    }
}
