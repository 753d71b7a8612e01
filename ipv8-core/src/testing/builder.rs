//! How the nodes of a test are made.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::internet::Internet;
use super::link::Link;
use super::{Node, TestBase, node_address};
use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::engine::{EngineConfig, OverlayConfig};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::{Community, MessageTable};
use crate::state::peer::Peer;

type Make<T> = Box<dyn FnMut(usize) -> T>;

/// What the nodes of a [`TestBase`] are made with; [`TestBase::builder`] gives the defaults.
pub struct TestBaseBuilder<C: Community> {
    nodes: usize,
    seed: u64,
    link: Link,
    max_peers: Option<i32>,
    settings: Make<C::Settings>,
    strategies: Make<Strategies<C>>,
    bootstrappers: Make<Bootstrappers>,
    strangers: bool,
    production: bool,
}

impl<C: Community> std::fmt::Debug for TestBaseBuilder<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TestBaseBuilder")
            .field("nodes", &self.nodes)
            .field("seed", &self.seed)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

impl<C: Community> TestBaseBuilder<C> {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            nodes,
            seed: 0,
            link: Link::default(),
            max_peers: None,
            settings: Box::new(|_| C::Settings::default()),
            strategies: Box::new(|_| Strategies::new()),
            bootstrappers: Box::new(|_| Bootstrappers::new()),
            strangers: false,
            production: false,
        }
    }

    /// All keys, all random choices of the nodes and what the link loses follow from this number. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How long datagrams take and which get lost. Default: at once, none.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// What the community of node `i` is made with. Default: the default of the settings.
    #[must_use]
    pub fn settings(mut self, settings: impl FnMut(usize) -> C::Settings + 'static) -> Self {
        self.settings = Box::new(settings);
        self
    }

    /// The strategies of node `i`, which take steps when time passes. Default: none, as in py-ipv8's `TestBase`.
    #[must_use]
    pub fn strategies(mut self, strategies: impl FnMut(usize) -> Strategies<C> + 'static) -> Self {
        self.strategies = Box::new(strategies);
        self
    }

    /// Whom node `i` asks when it knows nobody, for instance a tracker that [`Internet::add_tracker`] puts there. Default:
    /// none.
    #[must_use]
    pub fn bootstrappers(
        mut self,
        bootstrappers: impl FnMut(usize) -> Bootstrappers + 'static,
    ) -> Self {
        self.bootstrappers = Box::new(bootstrappers);
        self
    }

    /// Overrides [`Community::MAX_PEERS`]; -1: no limit.
    #[must_use]
    pub fn max_peers(mut self, max_peers: i32) -> Self {
        self.max_peers = Some(max_peers);
        self
    }

    /// The nodes do not know each other in the beginning.
    #[must_use]
    pub fn strangers(mut self) -> Self {
        self.strangers = true;
        self
    }

    /// Every node is as forgiving as in production: see [`TestBase::production`].
    #[must_use]
    pub fn production(mut self) -> Self {
        self.production = true;
        self
    }

    /// Makes the nodes.
    ///
    /// # Panics
    ///
    /// When a community is refused, or cannot be made.
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
    /// Adds one more node, which knows nobody and whom nobody knows; gives its number.
    ///
    /// # Panics
    ///
    /// When its community is refused, or cannot be made.
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

    /// Adds one more node that is a verified peer of every other, and they of it (py-ipv8's `add_node_to_experiment`);
    /// gives its number. No message is sent for it.
    ///
    /// # Panics
    ///
    /// As [`TestBase::add_stranger`].
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
