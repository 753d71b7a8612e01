//! What the tests of this module share: an engine that admits, and datagrams of both kinds.

use std::net::SocketAddr;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::address::UNSPECIFIED;
use crate::communities::discovery::{DiscoveryCommunity, Ping};
use crate::community::Community;
use crate::crypto::PrivateKey;
use crate::engine::{Engine, EngineConfig, OverlayConfig, Signature, Ticket};
use crate::outbox::Outgoing;
use crate::overlay::Strategies;
use crate::packet::{Prefix, Unsealed};
use crate::payload::{IntroductionRequest, Style, Styled};
use crate::runtime::node::now;
use crate::strategy::RandomWalk;
use crate::wire::Message;

pub(super) fn key(seed: u8) -> PrivateKey {
    PrivateKey::generate(&mut StdRng::from_seed([seed; 32]))
}

pub(super) fn prefix() -> Prefix {
    DiscoveryCommunity::COMMUNITY_ID.prefix()
}

/// An engine with the discovery community, which has key 1 and walks.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let config = OverlayConfig::new(key(1));
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies.add::<RandomWalk>(-1, |_| {});
    engine.add_overlay(config, (), strategies, now()).unwrap();
    engine
}

/// An introduction request of key 2.
pub(super) fn signed_datagram(number: u16) -> Vec<u8> {
    let request = IntroductionRequest::new(
        Style::New,
        address(number),
        UNSPECIFIED,
        UNSPECIFIED,
        number,
    );
    let packet = request.packet(Style::New, &prefix(), &key(2), u64::from(number));
    packet.unwrap().seal()
}

pub(super) fn unsigned_datagram(identifier: u16) -> Vec<u8> {
    let ping = Ping { identifier };
    let packet = Unsealed::new(&prefix(), Ping::ID, None, Some(1), &ping);
    packet.unwrap().seal()
}

/// An answer to port `number` + 1.
pub(super) fn outgoing(number: u16) -> Outgoing {
    let request = IntroductionRequest::new(
        Style::Old,
        address(number),
        UNSPECIFIED,
        UNSPECIFIED,
        number,
    );
    let packet = request.packet(Style::Old, &prefix(), &key(1), u64::from(number));
    Outgoing {
        to: address(number),
        packet: packet.unwrap(),
    }
}

fn address(number: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], number + 1))
}

pub(super) fn signed_ticket() -> Ticket {
    let ticket = engine().admit(address(1), &signed_datagram(1));
    ticket
        .filter(|ticket| ticket.signature() == Signature::Curve25519)
        .unwrap()
}

pub(super) fn unsigned_ticket() -> Ticket {
    let ticket = engine().admit(address(1), &unsigned_datagram(1));
    ticket
        .filter(|ticket| ticket.signature() == Signature::None)
        .unwrap()
}
