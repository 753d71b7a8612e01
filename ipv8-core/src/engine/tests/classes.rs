//! Classes of datagrams, and the signatures that they announce.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::nodes::{Counts, add, knock};
use crate::crypto::{Curve, PrivateKey};
use crate::engine::{Engine, EngineConfig, Input, OverlayConfig, Signature, Strategies, Ticket};
use crate::overlay::bootstrap::DispersyBootstrapper;
use crate::state::peer::Peer;
use crate::state::standing::Charge;
use crate::state::stats::{Class, DropReason};
use crate::wire::address::UNSPECIFIED;
use crate::wire::packet::CommunityId;
use crate::wire::payload::{IntroductionResponse, Style, Styled};

fn at(host: u8) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, host], 1))
}

fn classified(engine: &mut Engine, id: CommunityId, source: SocketAddr, message: u8) -> Ticket {
    let mut datagram = knock(id);
    datagram[22] = message;
    let mut ticket = engine.admit(source, &datagram).expect("it is admitted");
    engine.classify(&mut ticket, &datagram, Instant::now());
    ticket
}

#[test]
fn peers_and_trackers_of_an_overlay_are_known_by_their_addresses() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let mut config = OverlayConfig::new(PrivateKey::generate(&mut StdRng::seed_from_u64(1)));
    config.bootstrappers = DispersyBootstrapper::new([at(9)]).into();
    let added = engine.add_overlay::<Counts<1>>(config, (), Strategies::new(), now);
    let first = added.expect("the overlay is created");
    let second = add::<2>(&mut engine, Strategies::new(), now);
    let key = PrivateKey::generate(&mut StdRng::seed_from_u64(2));
    let peer = Peer::new(key.public_key().clone(), at(2), now);
    assert!(engine.shared.network.add_peer_of(&peer, first));
    let mut class = |id, host, message| classified(&mut engine, id, at(host), message).class();
    assert_eq!(class(first, 2, 1), Class::Peer);
    assert_eq!(
        class(second, 2, 1),
        Class::Stranger,
        "a peer of the other overlay"
    );
    assert_eq!(class(first, 3, 1), Class::Stranger);
    assert_eq!(class(first, 3, 233), Class::Stranger, "nothing was asked");
    // A puncture request has no signature, and the address of a tracker is all that is known.
    for id in [first, second] {
        assert_eq!(class(id, 9, 250), Class::Tracker);
        assert_eq!(class(id, 3, 250), Class::Stranger);
    }
    // What is signed can be forged, and costs more.
    for message in [246, 245, 234, 233, 249] {
        assert_eq!(class(first, 9, message), Class::Stranger, "{message}");
    }
}

#[test]
fn an_answer_to_an_open_request_is_known_by_its_identifier_and_its_source() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let id = add::<1>(&mut engine, Strategies::new(), now);
    let (asked, tracker) = (at(7), at(9));
    engine.shared.network.blacklist_address(tracker);
    let mut rng = StdRng::seed_from_u64(3);
    let overlay = engine.overlays.get_mut(&id).expect("it was added");
    let standings = &mut overlay.state_mut().standings;
    let mut ask = |to: SocketAddr| {
        let (lan, charge) = (to.ip(), Charge::None);
        standings.ask(to, None, lan, charge, now, &mut rng)
    };
    let (identifier, to_tracker) = (ask(asked), ask(tracker));
    let key = PrivateKey::generate(&mut rng);
    let mut class = |style, identifier, source| {
        let answer = IntroductionResponse::new(at(1), UNSPECIFIED, UNSPECIFIED, identifier);
        let packet = answer.packet(style, &id.prefix(), &key, 1);
        let datagram = packet.expect("it packs").seal();
        let mut ticket = engine.admit(source, &datagram).expect("it is admitted");
        engine.classify(&mut ticket, &datagram, now);
        ticket.class()
    };
    for style in [Style::Old, Style::New] {
        assert_eq!(class(style, identifier, asked), Class::Answer);
        assert_eq!(class(style, to_tracker, tracker), Class::Tracker);
        assert_eq!(class(style, identifier, tracker), Class::Stranger);
        assert_eq!(class(style, identifier, at(8)), Class::Stranger);
        assert_eq!(
            class(style, identifier.wrapping_add(1), asked),
            Class::Stranger
        );
    }
    assert_eq!(
        IntroductionResponse::peek_identifier(Style::New, &[0; 20]),
        None
    );
}

#[test]
fn a_datagram_deserves_the_class_of_a_peer_if_the_peer_at_that_address_signed_it() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let id = add::<1>(&mut engine, Strategies::new(), now);
    let keys = [2, 3].map(|seed| PrivateKey::generate(&mut StdRng::seed_from_u64(seed)));
    for (key, host) in keys.iter().zip([2, 3]) {
        let peer = Peer::new(key.public_key().clone(), at(host), now);
        assert!(engine.shared.network.add_peer_of(&peer, id));
    }
    let standings = &mut engine
        .overlays
        .get_mut(&id)
        .expect("added")
        .state_mut()
        .standings;
    standings.expect_answer(at(7), 1, now);
    let mut wrong = |key: &PrivateKey, source, identifier, is_damaged| {
        let answer = IntroductionResponse::new(at(1), UNSPECIFIED, UNSPECIFIED, identifier);
        let packet = answer.packet(Style::Old, &id.prefix(), key, 1);
        let mut datagram = packet.expect("it packs").seal();
        if is_damaged {
            datagram[40] ^= 1;
        }
        let mut ticket = engine.admit(source, &datagram).expect("it is admitted");
        engine.classify(&mut ticket, &datagram, now);
        let opened = ticket.open(&datagram);
        (ticket.class(), engine.is_misclassified(&opened))
    };
    let [one, other] = &keys;
    assert_eq!(wrong(one, at(2), 9, false), (Class::Peer, false));
    assert_eq!(wrong(one, at(2), 9, true), (Class::Peer, true));
    assert_eq!(wrong(other, at(2), 9, false), (Class::Peer, true));
    assert_eq!(wrong(one, at(9), 9, true), (Class::Stranger, false));
    // Anyone may answer, with a signature.
    assert_eq!(wrong(one, at(7), 1, false), (Class::Answer, false));
    assert_eq!(wrong(one, at(7), 1, true), (Class::Answer, true));
}

#[test]
fn drops_after_opening_are_counted_by_class() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let id = add::<1>(&mut engine, Strategies::new(), now);
    let ticket = classified(&mut engine, id, at(3), 1);
    engine.handle(Input::Opened(ticket.open(&knock(id)[..23])), now);
    let count = |class| engine.stats().count_of(class, DropReason::Malformed);
    assert_eq!(Class::ALL.map(count), [0, 0, 0, 0, 1]);
    assert_eq!(engine.stats().dropped(), 1);
}

#[test]
fn the_cost_of_a_signature_follows_from_the_start_of_its_key() {
    let curve = |name: &[u8]| {
        let algorithm = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00";
        let key = [&b"\x00\x40\x30\x40"[..], algorithm, name, &[0; 46]].concat();
        Signature::announced(&key)
    };
    assert_eq!(curve(&[1]), Signature::Legacy(Curve::Sect163k1));
    assert_eq!(curve(&[38]), Signature::Legacy(Curve::Sect571k1));
    // These are refused at once.
    assert_eq!(curve(&[7]), Signature::Curve25519);
    for cheap in [&b""[..], b"\x00\x4aLibNaCLPK:", b"\x00\x4a\x30", b"\xff"] {
        assert_eq!(Signature::announced(cheap), Signature::Curve25519);
    }
    assert!(Signature::Legacy(Curve::Sect571k1).cost() < Duration::from_millis(3));
}
