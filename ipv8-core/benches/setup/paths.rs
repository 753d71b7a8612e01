//! The hot paths: the work of a node for each datagram and each turn.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::internals::discovery::Ping;
use ipv8_core::internals::packet::Unsealed;
use ipv8_core::prelude::*;

use super::hostile;
use super::node::{Idle, Node, Quiet, Sender, address, graph, introduce, introduced_address};
pub(crate) use super::path::Path;
use super::path::Work;

/// Returns every path with sizes up to `largest`.
pub(crate) fn all(largest: usize) -> Vec<Path> {
    let sized = |sizes: &'static [usize]| sizes.iter().filter(move |size| **size <= largest);
    let mut paths = Vec::new();
    for peers in sized(&[20, 1_000, 10_000]) {
        let name = format!("introduction_request/{peers}_peers");
        paths.push(Path::new(name, || Requests::known(*peers)));
    }
    paths.push(Path::new("introduction_request/stranger", || {
        Requests::strangers(20)
    }));
    paths.push(Path::new("ping", Pings::new));
    paths.extend(hostile::all());
    for addresses in sized(&[100, 10_000, 100_000]) {
        let name = format!("random_walk/{addresses}_addresses");
        paths.push(Path::new(name, || Walk::random(*addresses)));
    }
    paths.push(Path::new("edge_walk/1000_introductions", || {
        Walk::edge(1_000)
    }));
    for strategies in sized(&[1, 10, 1_000]) {
        let name = format!("idle_turn/{strategies}_strategies");
        paths.push(Path::new(name, || Turns::new(*strategies)));
    }
    for peers in sized(&[1_000, 10_000]) {
        let name = format!("look_up/unknown_source/{peers}_peers");
        paths.push(Path::new(name, || LookUp::new(*peers, address(*peers))));
        let name = format!("look_up/known_source/{peers}_peers");
        paths.push(Path::new(name, || LookUp::new(*peers, address(*peers / 2))));
    }
    paths
}

/// Introduction requests. Each is answered with a response; if a peer asks, also with a puncture
/// request to the introduced peer.
struct Requests {
    node: Node,
    requests: Vec<(SocketAddr, Vec<u8>)>,
    next: usize,
    /// The datagrams that each request causes.
    datagrams: usize,
    /// The time between two requests. The budget for answers is never used up.
    pause: Duration,
}

impl Requests {
    /// Returns requests from 16 known peers in turn.
    fn known(peers: usize) -> Self {
        Self::of(16, peers, true)
    }

    /// Returns requests from a new peer each time; enough for any number of runs that includes
    /// signing.
    fn strangers(peers: usize) -> Self {
        Self::of(256, peers, false)
    }

    fn of(senders: usize, peers: usize, are_peers: bool) -> Self {
        let mut node = Node::new::<Quiet>(peers, Strategies::new());
        let senders = Sender::some(senders, peers, 5);
        for sender in senders.iter().filter(|_| are_peers) {
            node.befriend(sender);
        }
        let requests = senders
            .iter()
            .map(|sender| (sender.address, sender.request(node.id)));
        Self {
            requests: requests.collect(),
            node,
            next: 0,
            datagrams: if are_peers { 2 } else { 1 },
            pause: Duration::from_millis(if are_peers { 2 } else { 25 }),
        }
    }
}

impl Work for Requests {
    fn before(&mut self) {
        self.node.wait(self.pause);
        self.next = (self.next + 1) % self.requests.len();
    }

    fn run(&mut self) {
        let (source, datagram) = &self.requests[self.next];
        self.node.receive(*source, datagram);
    }

    fn check(&self, runs: usize) {
        assert!(
            self.node.sent() >= self.datagrams * runs,
            "each request causes a response, and a peer's a puncture request"
        );
        assert_eq!(self.node.engine.stats().dropped(), 0);
    }
}

/// Pings, each answered with a pong.
struct Pings {
    node: Node,
    ping: Vec<u8>,
}

impl Pings {
    fn new() -> Self {
        let node = Node::new::<DiscoveryCommunity>(20, Strategies::new());
        let ping = Ping { identifier: 5 };
        let prefix = node.id.prefix();
        let packet = Unsealed::new(&prefix, Ping::ID, None, Some(1), &ping);
        let ping = packet.unwrap().seal();
        Self { node, ping }
    }
}

impl Work for Pings {
    fn run(&mut self) {
        self.node.receive(address(3), &self.ping);
    }

    fn check(&self, runs: usize) {
        assert_eq!(self.node.sent(), runs);
    }
}

/// The steps of a walker that never runs out of addresses.
struct Walk {
    node: Node,
    addresses: usize,
}

impl Walk {
    fn random(addresses: usize) -> Self {
        let mut strategies = Strategies::<Quiet>::new();
        strategies.add::<RandomWalk>(-1, |walk| {
            // Every step walks: no step waits for answers, and none returns to earlier peers.
            walk.window_size = 0;
            walk.reset_chance = 0;
        });
        Self::with(strategies, addresses)
    }

    fn edge(addresses: usize) -> Self {
        let mut strategies = Strategies::<Quiet>::new();
        strategies.add::<EdgeWalk>(-1, |_| {});
        Self::with(strategies, addresses)
    }

    fn with(strategies: Strategies<Quiet>, addresses: usize) -> Self {
        let mut node = Node::new::<Quiet>(30, strategies);
        let (id, introducers) = (node.id, node.peers.clone());
        introduce(node.engine.network_mut(), &introducers, id, addresses);
        Self { node, addresses }
    }
}

impl Work for Walk {
    /// Introduces again the addresses that the walk gave up.
    fn before(&mut self) {
        let id = self.node.id;
        let network = self.node.engine.network_mut();
        let missing = self.addresses.saturating_sub(network.walkable_count(id));
        if missing > 0 {
            let introducers = self.node.peers.iter().cycle();
            let all = (0..self.addresses).map(introduced_address);
            let gone: Vec<_> = all.filter(|one| !network.is_known(one)).collect();
            for (address, introducer) in gone.into_iter().zip(introducers) {
                network.discover_address(introducer, address, Some(id), false);
            }
        }
    }

    fn run(&mut self) {
        self.node.turn();
    }

    fn check(&self, runs: usize) {
        assert!(
            self.node.sent() >= runs / 2,
            "too few requests for this many steps"
        );
    }
}

/// Turns in which no strategy has work.
struct Turns(Node);

impl Turns {
    fn new(strategies: usize) -> Self {
        let mut idle = Strategies::<Quiet>::new();
        for _ in 0..strategies {
            idle.add::<Idle>(-1, |_| {});
        }
        Self(Node::new::<Quiet>(20, idle))
    }
}

impl Work for Turns {
    fn run(&mut self) {
        self.0.turn();
    }

    fn check(&self, runs: usize) {
        let steps = self.0.engine.strategies();
        let steps: u64 = steps.iter().map(|strategy| strategy.steps).sum();
        assert_eq!(steps, runs as u64);
    }
}

/// Look-ups of the verified peer at an address.
struct LookUp {
    network: ipv8_core::internals::network::PeerGraph,
    source: SocketAddr,
    found: usize,
}

impl LookUp {
    fn new(peers: usize, source: SocketAddr) -> Self {
        Self {
            network: graph(peers).0,
            source,
            found: 0,
        }
    }
}

impl Work for LookUp {
    fn run(&mut self) {
        let found = self.network.verified_by_address(black_box(&self.source));
        self.found += usize::from(black_box(found).is_some());
    }

    fn check(&self, runs: usize) {
        let known = self.network.is_known(&self.source);
        assert_eq!(self.found, if known { runs } else { 0 });
    }
}
