//! An [`Internet`] whose nodes all have one [`Quiet`] overlay, with keys and seeds by number.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use ipv8_core::Community;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::{Engine, EngineConfig, OverlayConfig};
use ipv8_core::internals::internet::Internet;
use ipv8_core::internals::tracker::TrackerSettings;
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::testing::Link;
use ipv8_core::wire::CommunityId;

use crate::desk::key;
use crate::quiet::{Quiet, QuietId};

/// The machines, the datagrams between them, and the clock.
pub struct Sim(Internet);

impl Deref for Sim {
    type Target = Internet;

    fn deref(&self) -> &Internet {
        &self.0
    }
}

impl DerefMut for Sim {
    fn deref_mut(&mut self) -> &mut Internet {
        &mut self.0
    }
}

impl Sim {
    /// Creates a network without machines; datagrams take `delay`.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        Self(Internet::new(
            Link {
                delay,
                ..Link::default()
            },
            [0; 32],
        ))
    }

    /// Adds a tracker with the key `number` at `at`.
    pub fn add_tracker(&mut self, at: SocketAddr, number: u16) -> usize {
        let seed = [number.to_be_bytes()[1]; 32];
        self.0.add_tracker(at, key(number), seed)
    }

    /// Like [`Sim::add_tracker`], but the tracker never pings its peers: they only receive answers
    /// to their requests.
    pub fn add_quiet_tracker(&mut self, at: SocketAddr, number: u16) -> usize {
        let seed = [number.to_be_bytes()[1]; 32];
        let mut options = TrackerSettings::default();
        options.churn.interval = Duration::from_secs(24 * 3600);
        self.0.add_tracker_with(at, key(number), options, seed)
    }

    /// Adds a node at `at`, with the key `number`, a seed made of `seed` and `number`, and one
    /// [`Quiet`] overlay walked by `strategies`.
    ///
    /// # Panics
    ///
    /// Panics if the overlay is refused.
    pub fn add_node(
        &mut self,
        at: SocketAddr,
        number: u16,
        seed: u8,
        bootstrap: Vec<SocketAddr>,
        strategies: Strategies<Quiet>,
    ) -> usize {
        let index = self.add_seeded(at, number, seed);
        self.add_overlay::<Quiet>(index, number, bootstrap, QuietId::default(), strategies);
        index
    }

    /// Adds a node without overlays at `at`, with a seed made of `seed` and `number`.
    pub fn add_seeded(&mut self, at: SocketAddr, number: u16, seed: u8) -> usize {
        let mut seeds = [seed; 32];
        seeds[..2].copy_from_slice(&number.to_be_bytes());
        self.add_engine(at, &EngineConfig::new(seeds))
    }

    /// Adds an overlay with the key `number` to the node `index`.
    ///
    /// # Panics
    ///
    /// Panics if it is refused.
    pub fn add_overlay<C: Community>(
        &mut self,
        index: usize,
        number: u16,
        bootstrap: Vec<SocketAddr>,
        settings: C::Settings,
        strategies: Strategies<C>,
    ) {
        let config = OverlayConfig {
            bootstrappers: DispersyBootstrapper::new(bootstrap).into(),
            ..OverlayConfig::new(key(number))
        };
        let now = self.now();
        self.engine(index)
            .add_overlay::<C>(config, settings, strategies, now)
            .expect("the overlay is made");
    }

    /// Returns the engine of a node.
    pub fn engine(&mut self, index: usize) -> &mut Engine {
        self.engine_mut(index)
    }

    /// Returns the number of peers of a node.
    pub fn peers(&mut self, index: usize) -> usize {
        self.engine(index).network().peer_count(QUIET)
    }

    /// Lets time pass until `reached` is true, up to `limit`; returns `true` if it was reached.
    pub fn run_until(
        &mut self,
        limit: Duration,
        mut reached: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let end = self.time() + limit;
        while !reached(self) {
            let left = end.saturating_sub(self.time());
            if left.is_zero() {
                return false;
            }
            self.0.step(left);
        }
        true
    }
}

/// The id of the overlay of every node.
pub const QUIET: CommunityId = <Quiet as Community>::COMMUNITY_ID;
