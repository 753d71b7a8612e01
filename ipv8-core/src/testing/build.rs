//! Creating the nodes of a test.

use std::net::{Ipv4Addr, SocketAddr};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::builder::TestBaseBuilder;
use super::internet::Internet;
use super::test_base::{Node, TestBase};
use crate::crypto::PrivateKey;
use crate::engine::{EngineConfig, OverlayConfig};
use crate::overlay::community::{Community, MessageTable};
use crate::state::peer::Peer;

/// The address of the first node. All nodes are in one private network, whose addresses they may
/// tell each other.
const FIRST_HOST: Ipv4Addr = Ipv4Addr::new(10, 18, 0, 1);
const PORT: u16 = 8090;

impl<C: Community> TestBaseBuilder<C> {
    /// Creates the nodes.
    ///
    /// # Panics
    ///
    /// When a community cannot be added to its node.
    #[must_use]
    #[track_caller]
    pub fn build(self) -> TestBase<C> {
        let (nodes, strangers) = (self.nodes, self.strangers);
        let mut rng = StdRng::seed_from_u64(self.seed);
        let mut internet = Internet::new(self.link, rng.random());
        internet.arrivals = Some(Vec::new());
        let mut table = MessageTable::default();
        C::messages(&mut table);
        let mut test = TestBase {
            internet,
            rng,
            table,
            builder: self,
            nodes: Vec::new(),
            log: Vec::new(),
            events_seen: 0,
            unregistered_is_fine: false,
        };
        for _ in 0..nodes {
            test.add_stranger();
        }
        if !strangers {
            test.acquaint_all();
        }
        test.check();
        test
    }
}

impl<C: Community> TestBase<C> {
    /// Adds a node without peers, and returns its number.
    ///
    /// # Panics
    ///
    /// When its community cannot be added to the node.
    #[track_caller]
    pub fn add_stranger(&mut self) -> usize {
        let (index, at) = (self.nodes.len(), node_address(self.nodes.len()));
        let key = PrivateKey::generate(&mut self.rng);
        let config = EngineConfig::new(self.rng.random());
        let machine = self.internet.add_engine(at, &config);
        let now = self.internet.now();
        let builder = &mut self.builder;
        let (settings, strategies) = ((builder.settings)(index), (builder.strategies)(index));
        let overlay = OverlayConfig {
            max_peers: builder.max_peers,
            bootstrappers: (builder.bootstrappers)(index),
            ..OverlayConfig::new(key.clone())
        };
        let engine = self.internet.engine_mut(machine);
        let id = match engine.add_overlay::<C>(overlay, settings, strategies, now) {
            Ok(id) => id,
            Err(error) => panic!("node {index}: {error}"),
        };
        engine.set_estimated_wan(id, at);
        self.nodes.push(Node {
            machine,
            key,
            id,
            production: self.builder.production,
        });
        index
    }

    /// Adds a node that is a verified peer of every other node, and they of it (py-ipv8's
    /// `add_node_to_experiment`). Returns its number. No message is sent.
    ///
    /// # Panics
    ///
    /// Like [`TestBase::add_stranger`].
    #[track_caller]
    pub fn add_node(&mut self) -> usize {
        let index = self.add_stranger();
        for other in 0..index {
            self.acquaint(index, other);
            self.acquaint(other, index);
        }
        index
    }

    fn acquaint_all(&mut self) {
        for node in 0..self.nodes.len() {
            for other in (0..self.nodes.len()).filter(|other| *other != node) {
                self.acquaint(node, other);
            }
        }
    }

    /// Makes `other` a verified peer of `node`, without a message.
    fn acquaint(&mut self, node: usize, other: usize) {
        let (machine, id, peer): (usize, _, Peer) = {
            let Node { machine, id, .. } = self.node(node);
            (*machine, *id, self.peer(other))
        };
        let engine = self.internet.engine_mut(machine);
        if let Some(network) = engine.network_of_mut(id) {
            network.add_verified_peer(&peer);
            network.discover_services(peer.key(), [id]);
        }
    }
}

/// Returns the address of node `index`: each node has its own host.
fn node_address(index: usize) -> SocketAddr {
    let number = u32::try_from(index).unwrap_or(u32::MAX);
    let host = u32::from(FIRST_HOST).saturating_add(number);
    SocketAddr::from((Ipv4Addr::from(host), PORT))
}
