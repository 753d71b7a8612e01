//! A Rust node with the discovery community on loopback, a counterpart of
//! `tests/python/discovery.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::engine::Event;
use ipv8_core::launch::{DiscoveryLauncher, LauncherMeta};
use ipv8_core::node::NodeStats;
use ipv8_core::prelude::*;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::python::Discovered;
use crate::quiet::{Quiet, QuietId};
use crate::rust_node::runtime;

/// The settings of a [`DiscoveryNode`].
#[derive(Clone, Debug)]
pub struct DiscoveryOptions {
    /// The second community of the node. No strategy walks it.
    pub community: CommunityId,
    /// The trackers it starts with. Default none.
    pub bootstrap: Vec<SocketAddr>,
    /// Seconds between two steps of one strategy. Default 0.5, as in py-ipv8.
    pub walk_interval: f64,
    /// The churn; `None`, the default, uses [`DiscoveryLauncher`] unchanged.
    pub churn: Option<RandomChurn>,
}

impl DiscoveryOptions {
    /// Returns the defaults, with `community` (40 hex digits) as the second community.
    ///
    /// # Panics
    ///
    /// Panics if `community` is not a community id.
    #[must_use]
    pub fn new(community: &str) -> Self {
        Self {
            community: CommunityId::from_hex(community),
            bootstrap: Vec::new(),
            walk_interval: 0.5,
            churn: None,
        }
    }
}

/// No strategy walks this community: nodes learn from similarity messages which peers run it.
struct BesideLauncher(CommunityId);

impl CommunityLauncher for BesideLauncher {
    type Overlay = Quiet;
    type Session = ();
    const META: LauncherMeta = ipv8_core::launcher_meta!(name = "BesideLauncher", after = []);

    fn settings(&self, (): &()) -> QuietId {
        QuietId(self.0)
    }
}

/// The strategies of [`DiscoveryLauncher`], with another churn.
struct ChurnLauncher(RandomChurn);

impl CommunityLauncher for ChurnLauncher {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = ipv8_core::launcher_meta!(name = "ChurnLauncher", after = []);

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<DiscoveryCommunity>,
    ) {
        strategies
            .add::<RandomWalk>(20, |_| {})
            .add::<RandomChurn>(-1, |churn| churn.clone_from(&self.0))
            .add::<PeriodicSimilarity>(-1, |_| {});
    }
}

/// A running node with the discovery community and a second one that no strategy walks. Dropping it
/// stops it.
#[derive(Debug)]
pub struct DiscoveryNode {
    overlay: OverlayHandle<DiscoveryCommunity>,
    events: Receiver<Event>,
    /// The removed peers, as overlay id and mid, in order.
    pub removed: Vec<(String, String)>,
    /// Every ping time of each peer, by mid.
    pub latencies: BTreeMap<String, Vec<Duration>>,
}

impl DiscoveryNode {
    /// Starts a node.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched.
    #[must_use]
    pub fn start(options: &DiscoveryOptions) -> Self {
        let configuration = Config::new()
            .interfaces([SocketAddr::from(([127, 0, 0, 1], 0))])
            .bootstrap(options.bootstrap.iter().copied())
            .walk_interval(options.walk_interval);
        let launchers = Launchers::new().with(BesideLauncher(options.community));
        let launchers = match &options.churn {
            Some(churn) => launchers.with(ChurnLauncher(churn.clone())),
            None => launchers.with(DiscoveryLauncher),
        };
        let launch = launchers.config(configuration).launch();
        let ipv8 = runtime().block_on(launch).expect("the node is launched");
        let events = ipv8.events();
        Self {
            overlay: ipv8.overlay().expect("the overlay is launched"),
            events,
            removed: Vec::new(),
            latencies: BTreeMap::new(),
        }
    }

    /// Returns the address of its socket.
    ///
    /// # Panics
    ///
    /// Never: a launched node has a socket.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.overlay.ipv8().local_addresses()[0]
    }

    /// Returns its mid, as hex.
    #[must_use]
    pub fn mid(&self) -> String {
        self.overlay.ipv8().my_peer().mid().to_string()
    }

    /// Calls a closure with the discovery community.
    ///
    /// # Panics
    ///
    /// Panics if the node has stopped.
    pub fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut DiscoveryCommunity, &mut Context<'_>) -> R + Send + 'static,
    ) -> R {
        let answer = self.overlay.call(call);
        runtime().block_on(answer).expect("the node runs")
    }

    /// Returns its verified peers, by mid.
    #[must_use]
    pub fn discovered(&self) -> BTreeMap<String, Discovered> {
        self.call(|_, cx| {
            let network = cx.network();
            let peers = network.verified_peers().map(|peer| {
                let services = network.services_for(peer.key());
                let known = Discovered {
                    mid: peer.mid().to_string(),
                    address: peer.address(),
                    services: services.map(|service| service.to_string()).collect(),
                    pings: peer.pings().map(|ping| ping.as_secs_f64()).collect(),
                };
                (known.mid.clone(), known)
            });
            peers.collect()
        })
    }

    /// Handles the events since the last call.
    ///
    /// # Panics
    ///
    /// Panics if events were lost.
    pub fn listen(&mut self) {
        loop {
            match self.events.try_recv() {
                Ok(Event::PeerRemoved { overlay, peer }) => {
                    let gone = (overlay.to_string(), peer.mid().to_string());
                    self.removed.push(gone);
                }
                Ok(Event::Latency {
                    peer, round_trip, ..
                }) => {
                    let times = self.latencies.entry(peer.mid().to_string()).or_default();
                    times.push(round_trip);
                }
                Ok(_) => {}
                Err(TryRecvError::Lagged(count)) => panic!("{count} events were lost"),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Returns the mids of the peers that answered a ping.
    #[must_use]
    pub fn measured(&self) -> BTreeSet<String> {
        self.latencies.keys().cloned().collect()
    }

    /// Returns its statistics.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    #[must_use]
    pub fn stats(&self) -> NodeStats {
        let stats = runtime().block_on(self.overlay.ipv8().stats());
        stats.expect("the node runs")
    }

    /// Stops it; returns once its socket is closed.
    pub fn stop(self) {
        runtime().block_on(self.overlay.ipv8().stop());
    }
}
