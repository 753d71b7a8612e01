//! Tests the pipeline. Also makes the parts that its tests share: an engine, and signed and
//! unsigned datagrams.

use std::net::SocketAddr;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::communities::discovery::{DiscoveryCommunity, Ping};
use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::engine::{Engine, EngineConfig, Input, OverlayConfig, Signature, Ticket};
use crate::node::clock::now;
use crate::node::endpoint::{Endpoint, EndpointConfig, MemoryNetwork};
use crate::node::pipeline::Pipeline;
use crate::node::pipeline::piece::{Costs, PIECE, Unopened};
use crate::node::pipeline::traffic::is_turn_due;
use crate::overlay::community::Community;
use crate::overlay::strategy::RandomWalk;
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;
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

/// Returns an engine with the discovery community, which has key 1 and a walk strategy.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let config = OverlayConfig::new(key(1));
    let mut strategies = Strategies::<DiscoveryCommunity>::new();
    strategies.add::<RandomWalk>(-1, |_| {});
    engine.add_overlay(config, (), strategies, now()).unwrap();
    engine
}

/// Returns an introduction request that key 2 signed.
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

/// Returns a packet of key 1 to send to port `number` + 1.
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

const HERE: &str = "10.9.9.9:1000";

fn endpoint(network: &MemoryNetwork) -> Endpoint {
    let here = [HERE.parse().unwrap()];
    Endpoint::in_memory(network, &here, &EndpointConfig::default()).unwrap()
}

fn deliver(network: &MemoryNetwork, datagram: &[u8]) {
    let there = "10.8.8.8:2000".parse().unwrap();
    assert!(network.deliver(there, HERE.parse().unwrap(), datagram));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_due_ends_a_piece_of_receive_work() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(1);
    for number in 0..200 {
        deliver(&network, &unsigned_datagram(number));
    }
    pipeline.fill(&mut endpoint, &mut engine);
    assert!(pipeline.is_busy() && pipeline.has_taken_many() && !pipeline.has_taken_many());
    let waiting = |pipeline: &Pipeline| pipeline.stats().waiting;
    assert_eq!(waiting(&pipeline), 200);
    pipeline.receive(&mut endpoint, &mut engine);
    assert_eq!(waiting(&pipeline), 200 - PIECE);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(is_turn_due(&engine));
    pipeline.receive(&mut endpoint, &mut engine);
    assert_eq!(waiting(&pipeline), 200 - PIECE - 1);
    engine.handle(Input::Timeout, now());
    pipeline.receive(&mut endpoint, &mut engine);
    assert_eq!(waiting(&pipeline), 200 - PIECE - 1 - PIECE);
}

#[tokio::test(start_paused = true)]
async fn datagrams_that_arrive_while_signatures_are_checked_are_received() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(1);
    let arrive = |count| (0..count).for_each(|number| deliver(&network, &signed_datagram(number)));
    arrive(16);
    pipeline.fill(&mut endpoint, &mut engine);
    let mut piece = Unopened::default();
    pipeline.intake.inbox.take(&mut piece, PIECE, now());
    // `receive` opens its datagrams itself, and `work` opens a piece as a job of the pool.
    arrive(5);
    pipeline.receive(&mut endpoint, &mut engine);
    assert_eq!(pipeline.stats().waiting, 5);
    pipeline.pool.open(piece);
    arrive(6);
    assert!(pipeline.work(&mut endpoint, &mut engine));
    assert_eq!(pipeline.stats().waiting, 11);
}

#[tokio::test(start_paused = true)]
async fn datagrams_that_arrive_while_signatures_are_made_are_received() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(1);
    for number in 0..4 {
        pipeline
            .send(outgoing(number), &mut endpoint, &mut engine)
            .await;
    }
    deliver(&network, &signed_datagram(1));
    pipeline.flush(&mut endpoint, &mut engine).await;
    assert_eq!(engine.stats().datagrams_out, 4);
    assert_eq!(pipeline.stats().waiting, 1);
}

#[tokio::test(start_paused = true)]
async fn the_next_turn_waits_until_all_datagrams_of_a_step_are_sent() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(3);
    tokio::time::advance(Duration::from_secs(1)).await;
    engine.handle(Input::Timeout, now());
    for number in 0..50 {
        pipeline
            .send(outgoing(number), &mut endpoint, &mut engine)
            .await;
    }
    assert!(pipeline.is_sealing());
    pipeline.flush(&mut endpoint, &mut engine).await;
    while pipeline.is_sealing() {
        assert_eq!(engine.poll_timeout(), None);
        pipeline.finish_one().await;
        pipeline.flush(&mut endpoint, &mut engine).await;
    }
    assert!(engine.poll_timeout().is_some());
    assert_eq!(engine.stats().datagrams_out, 50);
}

#[tokio::test(start_paused = true)]
async fn endless_answers_do_not_delay_the_next_turn() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(3);
    tokio::time::advance(Duration::from_secs(1)).await;
    engine.handle(Input::Timeout, now());
    assert!(engine.awaits_flush());
    let mut rounds = 0;
    // At every flush, some answers are still being sealed.
    while engine.awaits_flush() {
        for number in 0..20 {
            pipeline
                .send(outgoing(number), &mut endpoint, &mut engine)
                .await;
        }
        pipeline.flush(&mut endpoint, &mut engine).await;
        pipeline.finish_one().await;
        rounds += 1;
        assert!(rounds < 100);
    }
    assert!(engine.poll_timeout().is_some());
}

#[tokio::test(start_paused = true)]
async fn unopened_datagrams_of_a_stopped_node_are_counted() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(2);
    for number in 0..100 {
        deliver(&network, &signed_datagram(number));
    }
    pipeline.fill(&mut endpoint, &mut engine);
    pipeline.receive(&mut endpoint, &mut engine);
    pipeline.drop_waiting(&mut engine);
    assert_eq!(engine.stats().count(DropReason::Stopped), 100);
}

#[tokio::test(start_paused = true)]
async fn datagrams_that_arrive_while_the_socket_is_full_are_received() {
    let network = MemoryNetwork::new();
    let (mut endpoint, mut engine) = (endpoint(&network), engine());
    let mut pipeline = Pipeline::new(1);
    network.block_sends(HERE.parse().unwrap(), true);
    for number in 0..30 {
        deliver(&network, &signed_datagram(number));
    }
    pipeline.send(outgoing(1), &mut endpoint, &mut engine).await;
    pipeline.send(outgoing(2), &mut endpoint, &mut engine).await;
    // Each of the two packets waits for the full `send_patience`.
    let before = now();
    pipeline.flush(&mut endpoint, &mut engine).await;
    assert_eq!(now() - before, 2 * EndpointConfig::default().send_patience);
    assert_eq!(engine.stats().count(DropReason::SendFailed), 2);
    assert_eq!(pipeline.stats().waiting, 30);
}

/// The largest number of pieces that may wait for signatures, and the number of signatures in a
/// piece.
const PIECES: u64 = 32;
const SIGNATURES: u64 = (PIECE / Costs::SIGNED) as u64;

#[tokio::test(start_paused = true)]
async fn at_most_thirty_two_pieces_wait_for_signatures() {
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
        // An incomplete last piece is not in the pool yet.
        most = most.max((sent - engine.stats().datagrams_out) / SIGNATURES);
    }
    assert_eq!(most, PIECES, "the bound is reached");
    while pipeline.is_sealing() {
        pipeline.finish_one().await;
        pipeline.flush(&mut endpoint, &mut engine).await;
    }
    assert_eq!(engine.stats().datagrams_out, COUNT);
}
