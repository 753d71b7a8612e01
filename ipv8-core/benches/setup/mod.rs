//! What the benches share: a node without the world, peers, and the datagrams they send. Everything follows from seeds.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub(crate) mod hostile;
pub(crate) mod paths;

use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::crypto::Points;
use ipv8_core::internals::address::UNSPECIFIED;
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output, OverlayConfig};
use ipv8_core::internals::payload::{IntroductionRequest, Style, Styled};
use ipv8_core::prelude::*;
use ipv8_core::internals::network::{NetworkLimits, PeerGraph};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A community without messages of its own.
pub(crate) struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x51; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

/// A strategy that does nothing when it is its turn.
#[derive(Default)]
pub(crate) struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

/// A source of random numbers that depends on nothing but `seed`.
pub(crate) fn rng(seed: u8) -> StdRng {
    StdRng::from_seed([seed; 32])
}

/// A public key that nobody has the private half of: enough to be known, and made in a microsecond.
pub(crate) fn any_key(rng: &mut StdRng) -> PublicKey {
    let mut bytes = [0; 74];
    rng.fill_bytes(&mut bytes);
    bytes[..10].copy_from_slice(b"LibNaCLPK:");
    PublicKey::from_bytes(&bytes).unwrap()
}

/// The address of peer `index`; each has a host of its own.
pub(crate) fn address(index: usize) -> SocketAddr {
    host([11, 0, 0, 0], index)
}

/// The `index`th address that somebody is introduced at; nobody's in [`address`].
pub(crate) fn introduced_address(index: usize) -> SocketAddr {
    host([77, 0, 0, 0], index)
}

fn host(network: [u8; 4], index: usize) -> SocketAddr {
    let host = u32::from_be_bytes(network) + u32::try_from(index).unwrap();
    SocketAddr::from((Ipv4Addr::from(host), 7_759))
}

/// Bounds that no bench reaches.
pub(crate) fn wide_limits() -> NetworkLimits {
    NetworkLimits {
        max_addresses: 2_000_000,
        max_addresses_per_introducer: 2_000_000,
        max_peers: 200_000,
        ..NetworkLimits::default()
    }
}

/// A graph in which `count` peers have the service of [`Quiet`], at [`address`]es from 0 on.
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

/// Has `introducers`, in turn, introduce `count` addresses.
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

/// One node with one overlay, driven by hand: what it wants sent is sealed and thrown away.
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
    /// A node with `peers` peers and as many as it likes.
    pub(crate) fn new<C: Community>(peers: usize, strategies: Strategies<C>) -> Self {
        Self::with_limit(peers, -1, strategies)
    }

    /// As [`Node::new`], for a node that wants no more than `limit` peers.
    pub(crate) fn with_limit<C: Community>(
        peers: usize,
        limit: i32,
        strategies: Strategies<C>,
    ) -> Self {
        let now = Instant::now();
        let key = PrivateKey::generate(&mut rng(1));
        let config = EngineConfig {
            network: wide_limits(),
            ..EngineConfig::new([2; 32])
        };
        let mut engine = Engine::new(&config);
        let overlay = OverlayConfig {
            max_peers: Some(limit),
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

    /// How many datagrams the node has sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    /// What the runtime does with one datagram, from its reception to the last byte of what it caused.
    pub(crate) fn receive(&mut self, source: SocketAddr, datagram: &[u8]) {
        if let Some(ticket) = self.engine.admit(source, datagram) {
            let opened = ticket.open_with(datagram, &mut self.points);
            self.engine.handle(Input::Opened(opened), self.now);
        }
        self.drain();
    }

    /// What the runtime does when a timer is due: the time goes on to it, whoever's turn it is steps.
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

    /// Lets time pass in which nothing happens.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
    }
}

/// Somebody who can sign.
pub(crate) struct Sender {
    pub(crate) key: PrivateKey,
    pub(crate) address: SocketAddr,
}

impl Sender {
    /// `count` senders, at [`address`]es from `first` on.
    pub(crate) fn some(count: usize, first: usize, seed: u8) -> Vec<Self> {
        let mut rng = rng(seed);
        let senders = (0..count).map(|index| Self {
            key: PrivateKey::generate(&mut rng),
            address: address(first + index),
        });
        senders.collect()
    }

    /// Its introduction request, as py-ipv8 sends it.
    pub(crate) fn request(&self, service: CommunityId) -> Vec<u8> {
        let us = SocketAddr::from(([10, 0, 0, 1], 8_090));
        let request = IntroductionRequest::new(Style::Old, us, UNSPECIFIED, self.address, 7);
        let packet = request.packet(Style::Old, &service.prefix(), &self.key, 1);
        packet.unwrap().seal()
    }
}
