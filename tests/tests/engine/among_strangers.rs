//! Deliberate differences from py-ipv8 that keep a node safe among strangers (protocol 16, items 9
//! to 13). A signature can be a copy, and the source of a datagram can be forged.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, PunctureRequest, Style,
};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{Desk, PROBE, address, key, overlay_config, sealed, sealed_styled};
use ipv8_tests::probe::{Hello, Probe, ProbeSettings};
use ipv8_tests::wire_fields::{Field, read};

const HERE: &str = "10.1.1.1:8090";
const NONE: &str = "0.0.0.0:0";

/// The introduction request of `number`'s key.
fn request(number: u16, to: &str) -> Vec<u8> {
    let (to, none) = (address(to), address(NONE));
    let request = IntroductionRequest::new(Style::Old, to, none, none, 5);
    sealed_styled(PROBE, &key(number), Style::Old, request)
}

/// A response of `number`'s key, in old style only, that introduces `wan` and names `destination`
/// as our address.
fn response(number: u16, identifier: u16, destination: &str, wan: &str) -> Vec<u8> {
    let (none, to) = (address(NONE), address(destination));
    let mut response = IntroductionResponse::new(to, none, none, identifier);
    response.wan_introduction = address(wan);
    response.supports_new_style = false;
    sealed_styled(PROBE, &key(number), Style::Old, response)
}

/// An unsigned request to puncture for the walker at `wan`.
fn puncture_request(lan: &str, wan: &str) -> Vec<u8> {
    let request = PunctureRequest {
        lan_walker: address(lan),
        wan_walker: address(wan),
        identifier: 5,
    };
    sealed_styled(PROBE, &key(1), Style::New, request)
}

fn is_verified(desk: &Desk, number: u16) -> bool {
    desk.engine.network().is_verified(key(number).public_key())
}

fn contacts(desk: &Desk) -> usize {
    let overlay = desk.engine.overlay(PROBE).expect("the overlay is loaded");
    overlay.contacts
}

/// The address of a node at another provider for each number.
fn at(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([20 + high, low, 0, 1], 8090))
}

/// Lets `number`'s key become a peer at `source`; it sees us at `seen`.
fn vote(desk: &mut Desk, number: u16, source: SocketAddr, seen: &str) {
    let identifier = desk.ask::<Probe>(PROBE, source);
    desk.receive(source, &response(number, identifier, seen, NONE));
}

fn wan(desk: &mut Desk) -> String {
    desk.call(|_, cx| cx.my_estimated_wan()).to_string()
}

fn limited(max_peers: i32) -> Desk {
    let mut config = overlay_config(0);
    config.max_peers = Some(max_peers);
    Desk::with(config, ProbeSettings::default(), Strategies::new())
}

#[test]
fn item_9_a_request_makes_a_contact_and_its_answer_to_us_a_peer() {
    let mut desk = Desk::new();
    desk.receive(at(1), &request(1, HERE));
    assert!(!is_verified(&desk, 1));
    assert_eq!(contacts(&desk), 1);
    // Within seconds the engine asks the contact.
    let start = desk.now;
    let sent = desk.tick(1);
    let [(time, to, asked)] = &sent[..] else {
        panic!("{} datagrams", sent.len());
    };
    assert_eq!((*to, asked[22]), (at(1), 246));
    assert!(*time - start <= Duration::from_secs(2));
    assert_eq!(contacts(&desk), 0, "it was asked");
    let (_, _, fields) = read(asked);
    let Some((_, Field::Number(identifier))) =
        fields.iter().find(|(name, _)| *name == "identifier")
    else {
        panic!("a request has an identifier");
    };
    let identifier = u16::try_from(*identifier).expect("a u16");
    desk.receive(at(1), &response(1, identifier, HERE, NONE));
    assert!(is_verified(&desk, 1));
    assert_eq!(desk.engine.network().peer_count(PROBE), 1);
}

#[test]
fn item_9_a_response_that_no_open_request_asked_for_changes_nothing() {
    let mut desk = Desk::new();
    let before = desk.state();
    let learned = response(1, 7, "50.5.5.5:8090", "40.0.0.1:8090");
    desk.receive(at(1), &learned);
    let identifier = desk.ask::<Probe>(PROBE, at(1));
    // From another host, with another identifier, or too late.
    let right = response(1, identifier, "50.5.5.5:8090", "40.0.0.1:8090");
    desk.receive(at(2), &right);
    let wrong = response(1, identifier ^ 1, "50.5.5.5:8090", "40.0.0.1:8090");
    desk.receive(at(1), &wrong);
    desk.pass(Duration::from_secs(11));
    desk.receive(at(1), &right);
    assert_eq!(desk.drops(DropReason::Unsolicited), 4);
    assert_eq!(desk.state(), before);
    // It is used up by its first answer.
    let identifier = desk.ask::<Probe>(PROBE, at(1));
    let right = response(1, identifier, HERE, NONE);
    desk.receive(at(1), &right);
    assert!(is_verified(&desk, 1));
    desk.receive(at(1), &right);
    assert_eq!(desk.drops(DropReason::Unsolicited), 5);
}

#[test]
fn item_9_identifiers_are_random_and_are_forgotten_after_512_wrong_guesses() {
    let mut desk = Desk::new();
    let identifiers: BTreeSet<_> = (0..50).map(|_| desk.ask::<Probe>(PROBE, at(1))).collect();
    assert!(identifiers.len() > 48, "{identifiers:?}");
    assert!(identifiers.last() > Some(&1_000), "{identifiers:?}");
    let mut desk = Desk::new();
    let identifier = desk.ask::<Probe>(PROBE, at(1));
    for wrong in 1..=512 {
        desk.receive(
            at(1),
            &response(1, identifier.wrapping_add(wrong), HERE, NONE),
        );
    }
    desk.receive(at(1), &response(1, identifier, HERE, NONE));
    assert!(!is_verified(&desk, 1));
    assert_eq!(desk.drops(DropReason::Unsolicited), 513);
}

#[test]
fn item_9_a_peer_moves_only_when_it_answers_from_its_new_address() {
    let mut desk = Desk::new();
    desk.prove::<Probe>(PROBE, 1, at(1));
    let hello = |text: &str| {
        let text = text.to_owned();
        sealed(PROBE, &key(1), 1, &Hello { text })
    };
    let addresses = |desk: &Desk| {
        let peer = desk.engine.network().peer(key(1).public_key());
        peer.map(|peer| peer.addresses().collect::<Vec<_>>())
    };
    desk.receive(at(2), &hello("I moved"));
    assert_eq!(addresses(&desk), Some(vec![at(1)]));
    let sent = desk.tick(1);
    assert_eq!((sent.len(), sent[0].1, sent[0].2[22]), (1, at(2), 246));
    desk.prove::<Probe>(PROBE, 1, at(2));
    assert_eq!(addresses(&desk), Some(vec![at(2)]));
}

#[test]
fn item_9_a_claimed_lan_address_finds_no_peer_and_is_not_known() {
    let mut desk = Desk::new();
    desk.prove::<Probe>(PROBE, 1, at(1));
    let lan = address("192.168.7.7:77");
    let request = IntroductionRequest::new(Style::Old, address(HERE), lan, at(1), 5);
    desk.receive(at(1), &sealed_styled(PROBE, &key(1), Style::Old, request));
    let network = desk.engine.network();
    let peer = network.peer(key(1).public_key()).expect("a peer");
    assert_eq!(peer.lan_address().map(SocketAddr::V4), Some(lan));
    assert!(!network.is_known(&lan));
    assert!(network.verified_by_address(&lan).is_none());
}

#[test]
fn item_10_a_stranger_gets_an_introduction_without_a_puncture() {
    let mut desk = Desk::new();
    desk.befriend(2, at(2));
    let ids = |sent: &[(SocketAddr, Vec<u8>)]| {
        let ids = sent.iter().map(|(to, datagram)| (*to, datagram[22]));
        ids.collect::<Vec<_>>()
    };
    let introduced = |sent: &[(SocketAddr, Vec<u8>)]| {
        let (_, _, fields) = read(&sent.last().expect("a response").1);
        let found = fields
            .into_iter()
            .find(|(name, _)| *name == "wan_introduction_address");
        found.map(|(_, field)| field)
    };
    let sent = desk.receive(at(1), &request(1, HERE));
    assert_eq!(ids(&sent), [(at(1), 245)]);
    assert_eq!(introduced(&sent), Some(Field::Address(at(2))));
    // Once in a second.
    assert!(desk.receive(at(1), &request(1, HERE)).is_empty());
    assert_eq!(desk.drops(DropReason::RateLimited), 1);
    desk.pass(Duration::from_secs(1));
    assert_eq!(ids(&desk.receive(at(1), &request(1, HERE))), [(at(1), 245)]);
    vote(&mut desk, 1, at(1), HERE);
    let sent = desk.receive(at(1), &request(1, HERE));
    assert_eq!(ids(&sent), [(at(2), 250), (at(1), 245)]);
    assert_eq!(introduced(&sent), Some(Field::Address(at(2))));
}

#[test]
fn item_10_a_request_or_response_for_another_node_is_dropped() {
    let mut desk = Desk::new();
    let elsewhere = "50.9.9.9:8090";
    // While our WAN address is not certain, any destination can be ours.
    assert_eq!(desk.receive(at(9), &request(9, elsewhere)).len(), 1);
    for number in 1..=3 {
        vote(&mut desk, number, at(number), "50.5.5.5:8090");
    }
    desk.pass(Duration::from_secs(1));
    assert!(desk.receive(at(9), &request(9, elsewhere)).is_empty());
    assert_eq!(desk.drops(DropReason::WrongRecipient), 1);
    vote(&mut desk, 9, at(9), elsewhere);
    assert!(!is_verified(&desk, 9));
    assert_eq!(desk.drops(DropReason::WrongRecipient), 2);
    // Some NATs have a port for each peer.
    assert_eq!(desk.receive(at(9), &request(9, "50.5.5.5:1")).len(), 1);
    vote(&mut desk, 9, at(9), "50.5.5.5:1");
    assert!(is_verified(&desk, 9));
}

#[test]
fn item_11_max_peers_is_a_hard_limit() {
    let mut desk = limited(2);
    let mut limit_flags = Vec::new();
    for number in 1..=4 {
        let source = SocketAddr::from(([20, 0, 0, 1], 8000 + number));
        vote(&mut desk, number, source, HERE);
        let sent = desk.receive(source, &request(number, HERE));
        let response = sent.iter().find(|(to, _)| *to == source);
        let (_, _, fields) = read(&response.expect("an answer").1);
        let Some((_, Field::Number(flags))) = fields.iter().find(|(name, _)| *name == "flags")
        else {
            panic!("flags are a number");
        };
        limit_flags.push(flags & 0x04 != 0);
    }
    // A stranger is still answered, so that it can look elsewhere.
    assert_eq!(limit_flags, [false, true, true, true]);
    assert_eq!(desk.engine.network().peer_count(PROBE), 2);
    assert!(is_verified(&desk, 2) && !is_verified(&desk, 3) && !is_verified(&desk, 4));
    assert_eq!(desk.drops(DropReason::PeerLimit), 0);
}

#[test]
fn item_11_peers_of_many_providers_displace_the_youngest_of_a_crowd() {
    let mut desk = limited(3);
    let crowd = |number: u16| SocketAddr::from(([66, 6, 0, 1], 8000 + number));
    for number in 1..=3 {
        desk.prove::<Probe>(PROBE, number, crowd(number));
        desk.pass(Duration::from_secs(1));
    }
    desk.prove::<Probe>(PROBE, 10, at(10));
    desk.prove::<Probe>(PROBE, 4, crowd(4));
    let verified: Vec<_> = (1..=10)
        .filter(|number| is_verified(&desk, *number))
        .collect();
    assert_eq!(verified, [1, 2, 10]);
}

#[test]
fn item_12_our_wan_address_is_the_one_that_most_see() {
    let mut desk = Desk::new();
    let (ours, lie) = ("50.5.5.5:8090", "66.6.6.6:8090");
    for number in 1..=3 {
        vote(&mut desk, number, at(number), ours);
    }
    assert_eq!(wan(&mut desk), ours);
    // Peers, so that their answers count. One provider has one vote, however many keys it has.
    for number in 10..=20 {
        let source = SocketAddr::from(([66, 6, 0, 1], 8000 + number));
        desk.befriend(number, source);
        vote(&mut desk, number, source, lie);
    }
    assert_eq!(wan(&mut desk), ours);
    // A private address is never our WAN address.
    let mut desk = Desk::new();
    vote(&mut desk, 1, at(1), "192.168.1.1:8090");
    assert!(is_verified(&desk, 1));
    assert_eq!(wan(&mut desk), NONE);
}

#[test]
fn item_12_a_fixed_wan_address_is_not_voted_on() {
    let mut desk = Desk::new();
    let (ours, lie) = ("50.5.5.5:8090", "66.6.6.6:8090");
    assert!(desk.engine.set_estimated_wan(PROBE, address(ours)));
    for number in 1..=5 {
        desk.befriend(number, at(number));
        vote(&mut desk, number, at(number), lie);
    }
    assert_eq!(wan(&mut desk), ours);
}

/// Returns the address that becomes known when the peer at `source` introduces it.
fn introduced(source: &str, wan: &str, introduced: &str) -> Option<String> {
    let mut desk = Desk::new();
    assert!(desk.engine.set_estimated_wan(PROBE, address(wan)));
    let source = address(source);
    let identifier = desk.ask::<Probe>(PROBE, source);
    let mut message = IntroductionResponse::new(address(wan), source, source, identifier);
    message.wan_introduction = address(introduced);
    desk.receive(source, &sealed_styled(PROBE, &key(1), Style::New, message));
    assert!(is_verified(&desk, 1), "{source}");
    let known = desk.engine.network().addresses();
    let new: Vec<_> = known.filter(|known| *known != source).collect();
    let refused = desk.drops(DropReason::OutOfScope);
    assert_eq!(new.len() as u64 + refused, 1, "{introduced}: {new:?}");
    new.first().map(ToString::to_string)
}

#[test]
fn item_13_an_introducer_can_send_us_only_where_it_may() {
    let wan = "50.5.5.5:8090";
    let outside = "20.0.0.1:8090";
    for address in ["40.0.0.1:8090", "[2a00::9]:8090"] {
        assert_eq!(introduced(outside, wan, address).as_deref(), Some(address));
    }
    for address in [
        "10.1.1.7:8090",
        "127.0.0.1:8090",
        "192.0.2.1:8090",
        "198.18.0.1:8090",
        "169.254.169.254:8090",
        "[2001:db8::9]:8090",
        "40.0.0.1:53",
        "40.0.0.1:11211",
    ] {
        assert_eq!(introduced(outside, wan, address), None, "{address}");
    }
    // A neighbour may name our network, and so may a node behind our NAT. A node at a port of a
    // service may name another one.
    for (source, address) in [
        ("10.1.1.9:8090", "10.1.1.7:8090"),
        ("50.5.5.5:7000", "10.1.1.7:8090"),
        ("20.0.0.1:53", "40.0.0.1:53"),
    ] {
        assert_eq!(introduced(source, wan, address).as_deref(), Some(address));
    }
}

#[test]
fn item_13_a_puncture_goes_only_where_the_introducer_may_make_us_send() {
    let punctured = |source: &str, lan: &str, wan: &str| {
        let mut desk = Desk::new();
        assert!(
            desk.engine
                .set_estimated_wan(PROBE, address("50.5.5.5:8090"))
        );
        let sent = desk.receive(address(source), &puncture_request(lan, wan));
        let refused = desk.drops(DropReason::OutOfScope);
        assert_eq!(sent.len() as u64 + refused, 1, "{wan}");
        sent.first().map(|(to, datagram)| {
            assert_eq!(datagram[22], 231);
            to.to_string()
        })
    };
    let outside = "20.0.0.1:8090";
    let to = |address: &str| Some(address.to_owned());
    assert_eq!(
        punctured(outside, NONE, "40.0.0.1:8090"),
        to("40.0.0.1:8090")
    );
    assert_eq!(
        punctured(outside, NONE, "[2a00::9]:9000"),
        to("[2a00::9]:9000")
    );
    for refused in ["[2001:db8::9]:9000", "10.1.1.7:8090", "40.0.0.1:53"] {
        assert_eq!(punctured(outside, NONE, refused), None, "{refused}");
    }
    // A walker behind our NAT: inside a private network there is no NAT to open. A neighbour may
    // still name a neighbour.
    let (lan, wan) = ("10.1.1.7:8090", "50.5.5.5:4040");
    assert_eq!(punctured(outside, lan, wan), None);
    assert_eq!(punctured("50.5.5.5:7000", lan, wan), None);
    assert_eq!(punctured("10.1.1.9:8090", lan, wan), to(lan));
}

#[test]
fn item_13_punctures_for_strangers_are_few_and_one_address_gets_one_in_five_seconds() {
    let mut desk = Desk::new();
    let puncture = |desk: &mut Desk, from: u16, to: u16| {
        let request = puncture_request(NONE, &at(to).to_string());
        desk.receive(at(from), &request).len()
    };
    assert_eq!(puncture(&mut desk, 1, 100), 1);
    assert_eq!(puncture(&mut desk, 2, 100), 0, "the same address");
    let sent: usize = (3..50)
        .map(|from| puncture(&mut desk, from, 100 + from))
        .sum();
    assert_eq!(sent, 4, "all strangers together");
    desk.pass(Duration::from_secs(1));
    assert_eq!(puncture(&mut desk, 1, 100), 0, "the same address");
    desk.pass(Duration::from_secs(4));
    assert_eq!(puncture(&mut desk, 1, 100), 1);
    // A peer has its own budget.
    desk.befriend(60, at(60));
    let sent: usize = (200..250).map(|to| puncture(&mut desk, 60, to)).sum();
    assert_eq!(sent, 2);
}

#[test]
fn item_13_four_contacts_of_a_site_are_asked_in_ten_seconds_and_the_others_later() {
    let mut desk = Desk::new();
    let start = desk.now;
    for number in 1..=6 {
        let source = SocketAddr::from(([20, 0, 0, 1], 8000 + number));
        desk.receive(source, &request(number, HERE));
    }
    let mut asked_until = |seconds: u64| {
        let mut asked = BTreeSet::new();
        let end = start + Duration::from_secs(seconds);
        while desk.engine.poll_timeout().is_some_and(|next| next < end) {
            asked.extend(desk.tick(1).into_iter().map(|(_, to, _)| to));
        }
        asked.len()
    };
    assert_eq!([asked_until(10), asked_until(30)], [4, 2]);
}
