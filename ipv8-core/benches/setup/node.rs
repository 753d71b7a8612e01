//! A node without IO, its peers, and the datagrams that they send. Everything follows from seeds.

use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::address::UNSPECIFIED;
use ipv8_core::internals::crypto::Points;
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output, OverlayConfig};
use ipv8_core::internals::network::{NetworkLimits, PeerGraph};
use ipv8_core::internals::payload::{IntroductionRequest, Style, Styled};
use ipv8_core::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A community without messages.
pub(crate) struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x51; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

/// A strategy that does nothing in its steps.
#[derive(Default)]
pub(crate) struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

/// Returns a source of random numbers that depends only on `seed`.
pub(crate) fn rng(seed: u8) -> StdRng {
    StdRng::from_seed([seed; 32])
}

/// Returns a public key without a private half. It is enough for a peer that never signs, and takes
/// only a microsecond to create.
pub(crate) fn any_key(rng: &mut StdRng) -> PublicKey {
    let mut bytes = [0; 74];
    rng.fill_bytes(&mut bytes);
    bytes[..10].copy_from_slice(b"LibNaCLPK:");
    PublicKey::from_bytes(&bytes).unwrap()
}

/// Returns the address of peer `index`; each has a different host.
pub(crate) fn address(index: usize) -> SocketAddr {
    host([11, 0, 0, 0], index)
}

/// Returns the introduced address `index`; no peer from [`address`] has it.
pub(crate) fn introduced_address(index: usize) -> SocketAddr {
    host([77, 0, 0, 0], index)
}

fn host(network: [u8; 4], index: usize) -> SocketAddr {
    let host = u32::from_be_bytes(network) + u32::try_from(index).unwrap();
    SocketAddr::from((Ipv4Addr::from(host), 7_759))
}

/// Returns limits that no bench reaches.
pub(crate) fn wide_limits() -> NetworkLimits {
    NetworkLimits {
        max_addresses: 2_000_000,
        max_addresses_per_introducer: 2_000_000,
        max_peers: 200_000,
        ..NetworkLimits::default()
    }
}

/// Returns a graph with `count` peers that have the service of [`Quiet`], at the [`address`]es from
/// 0 on.
pub(crate) fn graph(count: usize) -> (PeerGraph, Vec<Peer>) {
    let mut network = PeerGraph::new(wide_limits());
    network.register_service(Quiet::COMMUNITY_ID);
    let peers = fill(&mut network, Quiet::COMMUNITY_ID, count);
    (network, peers)
}

fn fill(network: &mut PeerGraph, service: CommunityId, count: usize) -> Vec<Peer> {
    let (mut rng, now) = (rng(3), Instant::now());
    let peers = (0..count).map(|index| Peer::new(any_key(&mut rng), address(index), now));
    let peers: Vec<Peer> = peers.collect();
    for peer in &peers {
        assert!(network.add_peer_of(peer, service));
    }
    network.take_changes();
    peers
}

/// Lets `introducers` introduce `count` addresses in turn.
pub(crate) fn introduce(
    network: &mut PeerGraph,
    introducers: &[Peer],
    service: CommunityId,
    count: usize,
) {
    for (index, introducer) in (0..count).zip(introducers.iter().cycle()) {
        network.discover_address(introducer, introduced_address(index), Some(service), false);
    }
    network.take_changes();
}

/// One node with one overlay, driven by the bench. It seals its outgoing datagrams and drops them.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) id: CommunityId,
    pub(crate) key: PrivateKey,
    pub(crate) now: Instant,
    pub(crate) peers: Vec<Peer>,
    points: Points,
    sent: usize,
}

impl Node {
    /// Returns a node with `peers` peers and no limit.
    pub(crate) fn new<C: Community>(peers: usize, strategies: Strategies<C>) -> Self {
        let now = Instant::now();
        let key = PrivateKey::generate(&mut rng(1));
        let config = EngineConfig {
            network: wide_limits(),
            ..EngineConfig::new([2; 32])
        };
        let mut engine = Engine::new(&config);
        let overlay = OverlayConfig {
            max_peers: Some(-1),
            ..OverlayConfig::new(key.clone())
        };
        let id = engine.add_overlay::<C>(overlay, C::Settings::default(), strategies, now);
        let id = id.unwrap();
        let peers = fill(engine.network_mut(), id, peers);
        let mut node = Self {
            engine,
            id,
            key,
            now,
            peers,
            points: Points::new(),
            sent: 0,
        };
        node.drain();
        node.sent = 0;
        node
    }

    /// Returns the number of sent datagrams.
    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    /// Handles one datagram like the runtime, from reception to the last byte that it causes.
    pub(crate) fn receive(&mut self, source: SocketAddr, datagram: &[u8]) {
        if let Some(ticket) = self.engine.admit(source, datagram) {
            let opened = ticket.open_with(datagram, &mut self.points);
            self.engine.handle(Input::Opened(opened), self.now);
        }
        self.drain();
    }

    /// Makes the sender a peer.
    pub(crate) fn befriend(&mut self, sender: &Sender) {
        let peer = Peer::new(sender.key.public_key().clone(), sender.address, self.now);
        assert!(self.engine.network_mut().add_peer_of(&peer, self.id));
    }

    /// Handles a due timer like the runtime: advances time to the timer, and lets the strategy
    /// whose turn it is take a step.
    pub(crate) fn turn(&mut self) {
        self.now = self.engine.poll_timeout().unwrap().max(self.now);
        self.engine.handle(Input::Timeout, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output {
                black_box(outgoing.packet.seal());
                self.sent += 1;
            }
        }
        self.engine.handle(Input::Flushed, self.now);
    }

    /// Advances time without an event.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
    }
}

/// A peer that can sign.
pub(crate) struct Sender {
    pub(crate) key: PrivateKey,
    pub(crate) address: SocketAddr,
}

impl Sender {
    /// Returns `count` senders, at the [`address`]es from `first` on.
    pub(crate) fn some(count: usize, first: usize, seed: u8) -> Vec<Self> {
        let mut rng = rng(seed);
        let senders = (0..count).map(|index| Self {
            key: PrivateKey::generate(&mut rng),
            address: address(first + index),
        });
        senders.collect()
    }

    /// Returns its introduction request, as py-ipv8 sends it.
    pub(crate) fn request(&self, service: CommunityId) -> Vec<u8> {
        let us = SocketAddr::from(([10, 0, 0, 1], 8_090));
        let request = IntroductionRequest::new(Style::Old, us, UNSPECIFIED, self.address, 7);
        let packet = request.packet(Style::Old, &service.prefix(), &self.key, 1);
        packet.unwrap().seal()
    }
}
