//! What the tests of this module share: an engine that admits, and datagrams of both kinds.

use std::net::SocketAddr;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::communities::discovery::{DiscoveryCommunity, Ping};
use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::engine::{Engine, EngineConfig, OverlayConfig, Signature, Ticket};
use crate::node::driver::now;
use crate::node::endpoint::{Endpoint, EndpointConfig, MemoryNetwork};
use crate::node::pipeline::Pipeline;
use crate::node::pipeline::piece::{Costs, PIECE};
use crate::overlay::community::Community;
use crate::overlay::strategy::RandomWalk;
use crate::state::outbox::Outgoing;
use crate::wire::Message;
use crate::wire::address::UNSPECIFIED;
use crate::wire::packet::{Prefix, Unsealed};
use crate::wire::payload::{IntroductionRequest, Style, Styled};

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

/// How many pieces may wait for signatures, and how many signatures a piece is.
const PIECES: u64 = 32;
const SIGNATURES: u64 = (PIECE / Costs::SIGNED) as u64;

#[tokio::test(start_paused = true)]
async fn no_more_than_thirty_two_pieces_wait_for_signatures_however_much_is_sent() {
    const COUNT: u64 = SIGNATURES * PIECES * 3;
    let network = MemoryNetwork::new();
    let here = [address(1_000)];
    let options = EndpointConfig::default();
    let mut endpoint = Endpoint::in_memory(&network, &here, &options).unwrap();
    let (mut engine, mut pipeline) = (engine(), Pipeline::new(3));
    let mut most = 0;
    for sent in 1..=COUNT {
        let answer = outgoing(u16::try_from(sent).unwrap());
        pipeline.send(answer, &mut endpoint, &mut engine).await;
        // Those of the last piece have not been given away before it is whole.
        most = most.max((sent - engine.stats().datagrams_out) / SIGNATURES);
    }
    assert_eq!(most, PIECES, "and so many may");
    while pipeline.is_sealing() {
        pipeline.finish_one().await;
        pipeline.flush(&mut endpoint, &mut engine).await;
    }
    assert_eq!(engine.stats().datagrams_out, COUNT);
}
