//! The settings of a test's nodes.

use super::link::Link;
use crate::engine::overlays::Strategies;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;

/// Creates a value for the node with this number.
pub(super) type Make<T> = Box<dyn FnMut(usize) -> T>;

/// The settings of the nodes of a [`TestBase`](super::TestBase). Created by
/// [`TestBase::builder`](super::TestBase::builder).
pub struct TestBaseBuilder<C: Community> {
    pub(super) nodes: usize,
    pub(super) seed: u64,
    pub(super) link: Link,
    pub(super) max_peers: Option<i32>,
    pub(super) settings: Make<C::Settings>,
    pub(super) strategies: Make<Strategies<C>>,
    pub(super) bootstrappers: Make<Bootstrappers>,
    pub(super) strangers: bool,
    pub(super) production: bool,
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

    /// Sets the seed of all keys, random choices and lost datagrams. Default: 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the delay and loss of datagrams. Default: no delay and no loss.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// Sets the settings of the community of node `i`. Default: the default of the settings.
    #[must_use]
    pub fn settings(mut self, settings: impl FnMut(usize) -> C::Settings + 'static) -> Self {
        self.settings = Box::new(settings);
        self
    }

    /// Sets the strategies of node `i`, which take steps when time passes. Default: none, as in
    /// py-ipv8's `TestBase`.
    #[must_use]
    pub fn strategies(mut self, strategies: impl FnMut(usize) -> Strategies<C> + 'static) -> Self {
        self.strategies = Box::new(strategies);
        self
    }

    /// Sets the bootstrappers of node `i`, for instance for a tracker of
    /// [`TestBase::add_tracker`](super::TestBase::add_tracker). Default: none.
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

    /// Lets the nodes start without peers.
    #[must_use]
    pub fn strangers(mut self) -> Self {
        self.strangers = true;
        self
    }

    /// Makes every node as forgiving as in production: see
    /// [`TestBase::production`](super::TestBase::production).
    #[must_use]
    pub fn production(mut self) -> Self {
        self.production = true;
        self
    }
}
