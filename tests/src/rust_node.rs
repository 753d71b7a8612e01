//! A Rust node on loopback with the same interface as a Python one: events in order, every wait
//! bounded.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use ipv8_core::internals::outbox::LARGEST_DATAGRAM;
use ipv8_core::launch::LauncherMeta;
use ipv8_core::node::{NodeStats, RunningTracker, TrackerConfig};
use ipv8_core::prelude::*;
use ipv8_core::state::LoadedSnapshot;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::reporting::{Reporting, ReportingSettings};

/// How long one wait may take: far longer than it takes on a busy machine.
const ANSWER: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(5);

/// A strategy of a [`RustNode`]; options not named here have their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walker {
    /// [`RandomWalk`].
    Random,
    /// [`RandomWalk`] that asks known peers only.
    AskPeers,
    /// [`EdgeWalk`] with a neighbourhood of two. An edge walk waits for its trackers to introduce
    /// peers until the neighbourhood is complete, and the default is larger than the networks of
    /// some tests.
    Edge,
}

/// The settings of a [`RustNode`].
#[derive(Clone, Debug)]
pub struct RustNodeOptions {
    /// The id of its one community.
    pub community: CommunityId,
    /// The address it listens at. Default `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// A second, IPv6 address that it listens at. Default none.
    pub listen6: Option<SocketAddr>,
    /// The trackers it starts with. Default none.
    pub bootstrap: Vec<SocketAddr>,
    /// Names and ports of further trackers. Default none.
    pub names: Vec<(String, u16)>,
    /// How it looks for peers on the local network. Default: it does not.
    pub broadcast: Option<UdpBroadcastBootstrapper>,
    /// Its strategies, each with a target of 20 peers. Default none: it only follows commands.
    pub walkers: Vec<Walker>,
    /// Seconds between two steps of one strategy. Default 0.1.
    pub walk_interval: f64,
    /// Its limit of peers; negative for no limit. Default: as in the configuration.
    pub max_peers: Option<i32>,
}

impl RustNodeOptions {
    /// Returns the defaults, with this community (40 hex digits).
    ///
    /// # Panics
    ///
    /// Panics if it is not a community id.
    #[must_use]
    pub fn new(community: &str) -> Self {
        Self {
            community: CommunityId::from_hex(community),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            listen6: None,
            bootstrap: Vec::new(),
            names: Vec::new(),
            broadcast: None,
            walkers: Vec::new(),
            walk_interval: 0.1,
            max_peers: None,
        }
    }
}

/// A running node with one [`Reporting`] overlay. Dropping it stops it.
#[derive(Debug)]
pub struct RustNode {
    overlay: OverlayHandle<Reporting>,
    reported: Receiver<Value>,
    events: VecDeque<Value>,
}

struct NodeLauncher {
    community: CommunityId,
    walkers: Vec<Walker>,
    names: Vec<(String, u16)>,
    broadcast: Option<UdpBroadcastBootstrapper>,
    events: Sender<Value>,
}

impl CommunityLauncher for NodeLauncher {
    type Overlay = Reporting;
    type Session = ();
    const META: LauncherMeta = ipv8_core::launcher_meta!(name = "NodeLauncher", after = []);

    fn settings(&self, (): &()) -> ReportingSettings {
        ReportingSettings {
            id: self.community,
            events: Some(self.events.clone()),
        }
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        if !self.names.is_empty() {
            bootstrappers.add::<DispersyBootstrapper>(|b| b.dns_addresses.clone_from(&self.names));
        }
        if let Some(broadcast) = &self.broadcast {
            bootstrappers.add_bootstrapper(broadcast.clone());
        }
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Reporting>) {
        for walker in &self.walkers {
            match walker {
                Walker::Random => strategies.add::<RandomWalk>(20, |_| {}),
                Walker::AskPeers => {
                    strategies.add::<RandomWalk>(20, |walk| walk.reset_chance = 255)
                }
                Walker::Edge => strategies.add::<EdgeWalk>(20, |walk| walk.neighborhood_size = 2),
            };
        }
    }
}

/// Returns the tokio runtime that all nodes of a test program share.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let built = builder.worker_threads(2).enable_all().build();
        built.expect("a tokio runtime")
    })
}

impl RustNode {
    /// Starts a node.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched.
    #[must_use]
    pub fn start(options: &RustNodeOptions) -> Self {
        let (events, reported) = mpsc::channel();
        let launcher = NodeLauncher {
            community: options.community,
            walkers: options.walkers.clone(),
            names: options.names.clone(),
            broadcast: options.broadcast.clone(),
            events,
        };
        let configuration = Config::new()
            .interfaces([options.listen].into_iter().chain(options.listen6))
            .bootstrap(options.bootstrap.iter().copied())
            .walk_interval(options.walk_interval)
            // Tests exchange messages of every length on one machine.
            .max_datagram(LARGEST_DATAGRAM);
        let configuration = match options.max_peers {
            Some(peers) => configuration.max_peers(peers),
            None => configuration,
        };
        let launch = Launchers::new()
            .with(launcher)
            .config(configuration)
            .launch();
        let ipv8 = runtime().block_on(launch).expect("the node is launched");
        let overlay = ipv8.overlay().expect("the overlay is launched");
        Self {
            overlay,
            reported,
            events: VecDeque::new(),
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

    /// Sends an introduction request to `address`.
    pub fn walk_to(&self, address: SocketAddr) {
        self.call(move |cx| cx.walk_to(address));
    }

    /// Sends an introduction request to each of its trackers.
    pub fn bootstrap(&self) {
        self.call(|cx| cx.bootstrap());
    }

    /// Sends an introduction request to its verified peer with this mid.
    ///
    /// # Panics
    ///
    /// Panics if there is no such peer.
    pub fn ask_peer(&self, mid: &str) {
        let mut peers = self.peers().into_iter();
        let peer = peers.find(|peer| peer.mid().to_string() == mid);
        let peer = peer.unwrap_or_else(|| self.fail(&format!("no peer {mid}")));
        self.call(move |cx| cx.send_introduction_request(&peer));
    }

    /// Sends `message` to `address`.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be sent.
    pub fn send_to<M: Message>(&self, address: SocketAddr, message: M) {
        let sent = self.call(move |cx| cx.send_to(address, &message));
        sent.expect("the message is sent");
    }

    /// Returns its verified peers.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        self.call(|cx| cx.peers().cloned().collect())
    }

    /// Returns the mids of its verified peers, as hex.
    #[must_use]
    pub fn mids(&self) -> BTreeSet<String> {
        let peers = self.peers().into_iter();
        peers.map(|peer| peer.mid().to_string()).collect()
    }

    /// Returns the addresses it could walk to.
    #[must_use]
    pub fn walkable(&self) -> BTreeSet<SocketAddr> {
        self.call(|cx| {
            let service = cx.community_id();
            cx.network().walkable_addresses(service).collect()
        })
    }

    /// Returns its LAN estimate.
    #[must_use]
    pub fn lan(&self) -> SocketAddr {
        self.call(|cx| cx.my_estimated_lan())
    }

    /// Returns its WAN estimate.
    #[must_use]
    pub fn wan(&self) -> SocketAddr {
        self.call(|cx| cx.my_estimated_wan())
    }

    /// Takes a snapshot: the addresses of its peers, as bytes.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let snapshot = runtime().block_on(self.overlay.ipv8().snapshot());
        snapshot.expect("the node runs")
    }

    /// Loads a snapshot: makes its addresses known.
    ///
    /// # Panics
    ///
    /// Panics if it has stopped.
    pub fn load_snapshot(&self, snapshot: Vec<u8>) -> LoadedSnapshot {
        let loaded = runtime().block_on(self.overlay.ipv8().load_snapshot(snapshot));
        loaded.expect("the node runs")
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

    /// Waits up to half a minute for the next event named `name`.
    ///
    /// # Panics
    ///
    /// Panics if it does not come.
    pub fn wait_for_event(&mut self, name: &str) -> Value {
        self.wait_for(&format!("the event {name:?}"), |event| {
            event["event"] == name
        })
    }

    /// Waits until the peer with that mid is verified.
    ///
    /// # Panics
    ///
    /// Panics if it does not come within half a minute.
    pub fn wait_for_peer(&mut self, mid: &str) {
        self.wait_for(&format!("the peer {mid}"), |event| {
            event["event"] == "peer_added" && event["mid"] == mid
        });
    }

    /// Waits up to half a minute for the first unread event that `wanted` accepts.
    ///
    /// # Panics
    ///
    /// Panics if it does not come.
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = self.events.iter().position(&wanted);
        if let Some(found) = found.and_then(|at| self.events.remove(at)) {
            return found;
        }
        let deadline = Instant::now() + ANSWER;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.reported.recv_timeout(left) {
                Ok(event) if wanted(&event) => return event,
                Ok(event) => self.events.push_back(event),
                Err(error) => self.fail(&format!("{what} did not come ({error})")),
            }
        }
    }

    /// Panics with what is known about the node.
    fn fail(&self, problem: &str) -> ! {
        let mut text = format!("{self}: {problem}");
        for event in self.events.iter().rev().take(10).rev() {
            let line: String = event.to_string().chars().take(300).collect();
            let _ = write!(text, "\n  event: {line}");
        }
        let peers: Vec<_> = self.peers().iter().map(ToString::to_string).collect();
        let (walkable, stats) = (self.walkable(), self.stats());
        panic!("{text}\n  peers: {peers:?}\n  walkable: {walkable:?}\n  {stats:?}");
    }

    /// Stops it; returns once its socket is closed.
    pub fn stop(self) {
        runtime().block_on(self.overlay.ipv8().stop());
    }

    fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Context<'_>) -> R + Send + 'static,
    ) -> R {
        let answer = self.overlay.call(|_, cx| call(cx));
        runtime().block_on(answer).expect("the node runs")
    }
}

impl std::fmt::Display for RustNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "our node {} at {}", self.mid(), self.address())
    }
}

/// A Rust tracker on loopback. Dropping it stops it.
#[derive(Debug)]
pub struct RustTracker(RunningTracker);

impl RustTracker {
    /// Starts a tracker.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched.
    #[must_use]
    pub fn start() -> Self {
        let launch = RunningTracker::launch(SocketAddr::from(([127, 0, 0, 1], 0)));
        Self(runtime().block_on(launch).expect("the tracker is launched"))
    }

    /// Starts a tracker on `127.0.0.1` with `configuration`.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched.
    #[must_use]
    pub fn start_with(configuration: TrackerConfig) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), configuration)
    }

    /// Starts a tracker at `address` with `configuration`.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be launched.
    #[must_use]
    pub fn start_at(address: SocketAddr, configuration: TrackerConfig) -> Self {
        let launch = configuration.interfaces([address]).launch();
        Self(runtime().block_on(launch).expect("the tracker is launched"))
    }

    /// Returns the tracker.
    #[must_use]
    pub fn tracker(&self) -> &RunningTracker {
        &self.0
    }
}

/// Calls `answer` repeatedly, for up to half a minute, until it returns a value.
///
/// # Panics
///
/// Panics if it returns none in time; the message names `what`.
pub fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + ANSWER;
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(POLL);
    }
}
