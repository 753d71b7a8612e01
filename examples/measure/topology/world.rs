//! A tracker and nodes in memory.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::engine::{EngineConfig, OverlayConfig};
use ipv8_core::internals::internet::Internet;
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::testing::Link;

use crate::graph::Graph;

/// A datagram takes 40 to 80 ms, and 1 % are lost.
const LINK: Link = Link {
    delay: Duration::from_millis(40),
    jitter: Duration::from_millis(40),
    loss: 0.01,
};

/// Time between the starts of two nodes.
const STAGGER: Duration = Duration::from_millis(100);

const TRACKER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(19, 0, 0, 1)), 6421);

/// A community without messages.
pub(crate) struct Walker;

impl Community for Walker {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"topology of a walker");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

/// Adds the strategies of a node.
pub(crate) type MakeStrategies<C> = fn(&mut Strategies<C>);

/// A tracker and some nodes that know it.
pub(crate) struct World<C: Community> {
    pub(crate) internet: Internet,
    strategies: MakeStrategies<C>,
    seed: u8,
    /// The machines of the nodes.
    machines: Vec<usize>,
    numbers: HashMap<PublicKey, usize>,
}

impl<C: Community> World<C> {
    /// Returns a world with a tracker and no nodes.
    pub(crate) fn new(seed: u8, strategies: MakeStrategies<C>) -> Self {
        let mut internet = Internet::new(LINK, [seed; 32]);
        internet.add_tracker(TRACKER, key(0), [seed; 32]);
        Self {
            internet,
            strategies,
            seed,
            machines: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    /// Adds nodes, which start one after another.
    ///
    /// # Panics
    ///
    /// The engine refuses the overlay.
    pub(crate) fn add(&mut self, nodes: usize) {
        for _ in 0..nodes {
            let number = self.machines.len();
            let [high, low] = u16::try_from(number + 1).unwrap_or(u16::MAX).to_be_bytes();
            let mut seed = [self.seed; 32];
            seed[..2].copy_from_slice(&[high, low]);
            // The nodes are customers of as many providers.
            let at = SocketAddr::from(([20 + high, low, 0, 1], 8090));
            let machine = self.internet.add_engine(at, &EngineConfig::new(seed));
            let key = key(u16::from_be_bytes([high, low]));
            self.numbers.insert(key.public_key().clone(), number);
            let config = OverlayConfig {
                bootstrappers: DispersyBootstrapper::new([TRACKER]).into(),
                ..OverlayConfig::new(key)
            };
            let mut strategies = Strategies::new();
            (self.strategies)(&mut strategies);
            let now = self.internet.now();
            let engine = self.internet.engine_mut(machine);
            let added = engine.add_overlay::<C>(config, C::Settings::default(), strategies, now);
            assert!(added.is_ok(), "{added:?}");
            self.machines.push(machine);
            self.run_for(STAGGER);
        }
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        self.internet.run_for(time);
        // Events are not needed here.
        self.internet.events.clear();
    }

    pub(crate) fn machine(&self, node: usize) -> usize {
        self.machines[node]
    }

    /// Returns the number of peers of a node.
    pub(crate) fn degree(&self, node: usize) -> usize {
        let network = self.internet.engine(self.machines[node]).network();
        network.peer_count(C::COMMUNITY_ID)
    }

    /// Returns the peer list of each node, as node numbers.
    pub(crate) fn lists(&self) -> Vec<Vec<usize>> {
        let list = |machine: &usize| {
            let network = self.internet.engine(*machine).network();
            let peers = network.peers_for_service(C::COMMUNITY_ID);
            let mut list: Vec<_> = peers
                .filter_map(|peer| self.numbers.get(peer.key()).copied())
                .collect();
            list.sort_unstable();
            list
        };
        self.machines.iter().map(list).collect()
    }

    pub(crate) fn graph(&self) -> Graph {
        Graph::new(&self.lists())
    }

    /// Returns the number of datagrams that all nodes have sent so far.
    pub(crate) fn sent(&self) -> u64 {
        let sent = |machine: &usize| {
            let stats = self.internet.engine(*machine).stats();
            stats.datagrams_out
        };
        self.machines.iter().map(sent).sum()
    }
}

/// Returns key `number`, which is always the same.
fn key(number: u16) -> PrivateKey {
    let mut bin = b"LibNaCLSK:".to_vec();
    for half in [1, 2] {
        bin.extend([half; 30]);
        bin.extend(number.to_be_bytes());
    }
    match PrivateKey::from_bytes(&bin) {
        Ok(key) => key,
        Err(error) => unreachable!("74 bytes with the right prefix: {error}"),
    }
}
