//! Whole nodes of both kinds, on loopback or at addresses of a namespace. Each node runs the
//! discovery community, a community that all nodes share, and a community that only its kind runs.
//! The other kind learns about that one from messages alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::engine::Event;
use ipv8_core::launch::DiscoveryLauncher;
use ipv8_core::node::NodeStats;
use ipv8_core::overlay::Bootstrappers;
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::python::{PythonNeighbour, PythonProcess};
use crate::quiet::{Quiet, QuietId};
use crate::reporting::{Reporting, ReportingSettings};
use crate::rust_node::runtime;

/// How long a view of all nodes of a process may take: far longer than it takes on a busy machine.
const LOOKING: Duration = Duration::from_secs(30);

/// What a node of either kind knows.
#[derive(Clone, Debug, Deserialize)]
pub struct NodeView {
    /// Its mid, as hex.
    pub mid: String,
    /// The address of its socket.
    pub address: SocketAddr,
    /// The verified peers of its peer graph, by mid.
    pub peers: BTreeMap<String, PeerView>,
    /// The mids of the peers that were removed from it or from one of its overlays.
    pub removed: BTreeSet<String>,
    /// The mids of the peers of its discovery community.
    pub discovery: BTreeSet<String>,
    /// The mids of the peers of the community that all nodes share.
    pub shared: BTreeSet<String>,
}

/// What a node knows of a peer.
#[derive(Clone, Debug, Deserialize)]
pub struct PeerView {
    /// The ids of its communities, as hex.
    pub services: BTreeSet<String>,
    /// How many of its last five round-trip times are known.
    pub pings: usize,
}

impl NodeView {
    /// Returns `true` if it lists the peer anywhere.
    #[must_use]
    pub fn lists(&self, mid: &str) -> bool {
        self.peers.contains_key(mid) || self.discovery.contains(mid) || self.shared.contains(mid)
    }
}

/// The communities of a mixed network, each as 40 hex digits.
#[derive(Clone, Copy, Debug)]
pub struct Communities {
    /// The community that all nodes run.
    pub shared: &'static str,
    /// The community that the nodes of one kind run.
    pub kind: &'static str,
}

/// A node of ours. Dropping it stops it.
pub struct MixedNode {
    ipv8: Ipv8,
    removed: Arc<Mutex<BTreeSet<String>>>,
}

/// The settings of a [`MixedNode`].
#[derive(Clone, Debug)]
pub struct MixedOptions {
    /// Its communities.
    pub communities: Communities,
    /// The address it listens at. Default `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// The trackers it starts with. Default none.
    pub trackers: Vec<SocketAddr>,
    /// An address on loopback to which it sends beacons. Default none.
    pub beacon: Option<SocketAddr>,
    /// The number of peers at which its walkers rest; -1 for never. Default 20.
    pub target_peers: i32,
    /// Its limit of peers in each overlay. Default 30.
    pub max_peers: i32,
}

impl MixedOptions {
    /// Returns the defaults, with these communities.
    #[must_use]
    pub fn new(communities: Communities) -> Self {
        Self {
            communities,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            trackers: Vec::new(),
            beacon: None,
            target_peers: 20,
            max_peers: 30,
        }
    }
}

/// Like [`DiscoveryLauncher`], but with another number of peers at which the walker rests.
struct WalkingDiscovery(i32);

impl CommunityLauncher for WalkingDiscovery {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = DiscoveryLauncher::META;

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<DiscoveryCommunity>,
    ) {
        strategies
            .add::<RandomWalk>(self.0, |_| {})
            .add::<RandomChurn>(-1, |_| {})
            .add::<PeriodicSimilarity>(-1, |_| {});
    }
}

struct SharedLauncher(CommunityId, i32);

impl CommunityLauncher for SharedLauncher {
    type Overlay = Reporting;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "SharedLauncher", after = []);

    fn settings(&self, (): &()) -> ReportingSettings {
        ReportingSettings {
            id: self.0,
            events: None,
        }
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Reporting>) {
        strategies.add::<RandomWalk>(self.1, |_| {});
    }
}

struct KindLauncher(CommunityId);

impl CommunityLauncher for KindLauncher {
    type Overlay = Quiet;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "KindLauncher", after = []);

    fn settings(&self, (): &()) -> QuietId {
        QuietId(self.0)
    }
}

/// A launcher with the bootstrappers of one node.
struct Bootstrapped<L> {
    launcher: L,
    trackers: Vec<SocketAddr>,
    beacon: Option<SocketAddr>,
}

impl<L: CommunityLauncher<Session = ()>> CommunityLauncher for Bootstrapped<L> {
    type Overlay = L::Overlay;
    type Session = ();
    const META: LauncherMeta = L::META;

    fn settings(&self, session: &()) -> <L::Overlay as Community>::Settings {
        self.launcher.settings(session)
    }

    fn walk_strategies(&self, session: &(), strategies: &mut Strategies<L::Overlay>) {
        self.launcher.walk_strategies(session, strategies);
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        bootstrappers.add_bootstrapper(DispersyBootstrapper::new(self.trackers.iter().copied()));
        if let Some(SocketAddr::V4(at)) = self.beacon {
            bootstrappers.add::<UdpBroadcastBootstrapper>(|beacons| {
                beacons.addresses = vec![*at.ip()];
                (beacons.first_port, beacons.last_port) = (at.port(), at.port());
            });
        }
    }
}

impl MixedNode {
    /// Starts a node.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched or the beacons would leave loopback.
    #[must_use]
    pub fn start(options: &MixedOptions) -> Self {
        let MixedOptions {
            communities,
            beacon,
            target_peers,
            ..
        } = *options;
        assert!(beacon.is_none_or(|at| at.ip().is_loopback()), "{beacon:?}");
        let shared = SharedLauncher(CommunityId::from_hex(communities.shared), target_peers);
        let launch = Launchers::new()
            .with(Bootstrapped {
                launcher: WalkingDiscovery(target_peers),
                trackers: options.trackers.clone(),
                beacon,
            })
            .with(Bootstrapped {
                launcher: shared,
                trackers: options.trackers.clone(),
                beacon,
            })
            .with(KindLauncher(CommunityId::from_hex(communities.kind)))
            .config(
                Config::new()
                    .interfaces([options.listen])
                    .max_peers(options.max_peers),
            )
            .launch();
        let ipv8 = runtime().block_on(launch).expect("the node is launched");
        let removed = Arc::new(Mutex::new(BTreeSet::new()));
        let mut events = ipv8.events();
        let noted = Arc::clone(&removed);
        runtime().spawn(async move {
            loop {
                match events.recv().await {
                    Ok(Event::PeerRemoved { peer, .. }) => {
                        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                        noted.insert(peer.mid().to_string());
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        Self { ipv8, removed }
    }

    /// Returns the address of its socket.
    ///
    /// # Panics
    ///
    /// Never: a launched node has a socket.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.ipv8.local_addresses()[0]
    }

    /// Returns its mid, as hex.
    #[must_use]
    pub fn mid(&self) -> String {
        self.ipv8.my_peer().mid().to_string()
    }

    /// Returns what it knows.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    #[must_use]
    pub fn look(&self) -> NodeView {
        let discovery = self.ipv8.overlay::<DiscoveryCommunity>();
        let shared = self.ipv8.overlay::<Reporting>();
        let (discovery, shared) = discovery.zip(shared).expect("both overlays are launched");
        let seen = discovery.call(|_, cx| {
            let network = cx.network();
            let peers = network.verified_peers().map(|peer| {
                let services = network.services_for(peer.key());
                let view = PeerView {
                    services: services.map(|id| id.to_string()).collect(),
                    pings: peer.pings().count(),
                };
                (peer.mid().to_string(), view)
            });
            (peers.collect(), mids(cx))
        });
        let (peers, discovery) = runtime().block_on(seen).expect("the node runs");
        let seen = shared.call(|_, cx| mids(cx));
        let removed = self.removed.lock().unwrap_or_else(PoisonError::into_inner);
        NodeView {
            mid: self.mid(),
            address: self.address(),
            peers,
            removed: removed.clone(),
            discovery,
            shared: runtime().block_on(seen).expect("the node runs"),
        }
    }

    /// Returns its WAN estimate.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    #[must_use]
    pub fn wan(&self) -> SocketAddr {
        let overlay = self.ipv8.overlay::<DiscoveryCommunity>();
        let overlay = overlay.expect("the overlay is launched");
        let wan = overlay.call(|_, cx| cx.my_estimated_wan());
        runtime().block_on(wan).expect("the node runs")
    }

    /// Returns its statistics.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    #[must_use]
    pub fn stats(&self) -> NodeStats {
        runtime()
            .block_on(self.ipv8.stats())
            .expect("the node runs")
    }

    /// Stops it without telling its peers; IPv8 has no message for that.
    pub fn kill(self) {
        runtime().block_on(self.ipv8.stop());
    }
}

impl fmt::Debug for MixedNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "our node {} at {}", self.mid(), self.address())
    }
}

fn mids(cx: &Context<'_>) -> BTreeSet<String> {
    cx.peers().map(|peer| peer.mid().to_string()).collect()
}

/// Several nodes of py-ipv8 in one process (`tests/python/network.py`). Dropping it kills them.
#[derive(Debug)]
pub struct PythonNodes(PythonProcess);

impl PythonNodes {
    /// Starts nodes at these addresses, which may have port 0. Each has one of the trackers and one
    /// beacon target, in turn.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be made.
    #[must_use]
    pub fn start(
        python: &PythonNeighbour,
        communities: Communities,
        listen: &[SocketAddr],
        trackers: &[SocketAddr],
        beacons: &[SocketAddr],
    ) -> Self {
        let options = [
            ("--listen", listen),
            ("--bootstrap", trackers),
            ("--beacon", beacons),
        ];
        let places = options.iter().flat_map(|(name, places)| {
            let pairs = places.iter().map(|at| [(*name).to_owned(), at.to_string()]);
            pairs.flatten()
        });
        let places: Vec<String> = places.collect();
        let Communities { shared, kind } = communities;
        let fixed = ["--shared", shared, "--kind", kind, "--duration", "900"];
        let places = places.iter().map(String::as_str);
        let arguments: Vec<&str> = fixed.into_iter().chain(places).collect();
        Self(python.start("network.py", &arguments))
    }

    /// Waits until the nodes listen, and returns their mids, as hex.
    ///
    /// # Panics
    ///
    /// Panics if they do not listen in time.
    pub fn listening(&mut self) -> Vec<String> {
        let event = self.0.wait_for_event("listening");
        let nodes = event["nodes"].as_array().cloned().unwrap_or_default();
        let mids = nodes.iter().filter_map(|node| node["mid"].as_str());
        mids.map(str::to_owned).collect()
    }

    /// Returns what they know.
    ///
    /// # Panics
    ///
    /// Panics if they do not answer.
    pub fn look(&mut self) -> Vec<NodeView> {
        self.0.tell(&json!({"command": "look"}));
        let is_look = |event: &Value| event["event"] == "nodes";
        let mut event = self.0.wait_for("what they know", LOOKING, is_look);
        serde_json::from_value(event["nodes"].take()).expect("what they know")
    }
}
