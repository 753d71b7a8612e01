//! How overlays meet their first peers: bootstrappers written outside the crate, trackers found by
//! name, and beacons.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipv8_core::internals::engine::{Callback, Engine, EngineConfig, Event, Output, OverlayConfig};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::overlay::{BootstrapContext, Bootstrapper};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::{LauncherMeta, launcher_meta};
use ipv8_tests::desk::{address, key};
use ipv8_tests::launch::{configuration, endpoint};
use ipv8_tests::probe::{Probe, ProbeSettings};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, RustTracker, Walker};

const HERE: &str = "127.0.0.1:1000";
const THERE: &str = "127.0.0.1:2000";
const COMMUNITY: &str = "69707638206f7665722069707636207361667367";

/// The calls to a bootstrapper, in order.
type Calls = Arc<Mutex<Vec<&'static str>>>;

/// Knows one friend from the start, and notes each call to itself.
#[derive(Default)]
struct Friends {
    friend: Option<SocketAddr>,
    calls: Calls,
}

impl Friends {
    fn note(&self, call: &'static str) {
        self.calls.lock().expect("no test panics here").push(call);
    }
}

impl Bootstrapper for Friends {
    fn initialize(&mut self, cx: &mut BootstrapContext<'_>) {
        self.note("initialize");
        assert_eq!(cx.community_id(), Probe::<0>::COMMUNITY_ID);
        cx.wake_after(Duration::from_secs(2));
    }

    fn get_addresses(&mut self, _cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
        self.note("get_addresses");
        self.friend.into_iter().collect()
    }

    fn keep_alive(&mut self, cx: &mut BootstrapContext<'_>) {
        assert!(cx.peer_count() > 0);
        self.note("keep_alive");
    }

    fn answered(&mut self, source: SocketAddr, _cx: &mut BootstrapContext<'_>) {
        if Some(source) == self.friend {
            self.note("answered");
        }
    }

    fn woken(&mut self, _cx: &mut BootstrapContext<'_>) {
        self.note("woken");
    }

    fn unload(&mut self, _cx: &mut BootstrapContext<'_>) {
        self.note("unload");
    }
}

/// Panics whenever it is asked for addresses.
#[derive(Default)]
struct Panics;

impl Bootstrapper for Panics {
    fn get_addresses(&mut self, _cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
        panic!("a bootstrapper that panics");
    }
}

/// Launches a probe with these bootstrappers, and a walk that prefers to ask known peers.
struct Launcher(Box<dyn Fn(&mut Bootstrappers) + Send + Sync>);

impl CommunityLauncher for Launcher {
    type Overlay = Probe<0>;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "Launcher", after = []);

    fn settings(&self, (): &()) -> ProbeSettings {
        ProbeSettings::default()
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        (self.0)(bootstrappers);
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Probe<0>>) {
        strategies.add::<RandomWalk>(-1, |walk| walk.reset_chance = 255);
    }
}

async fn launch(
    network: &MemoryNetwork,
    at: &str,
    number: u16,
    bootstrappers: impl Fn(&mut Bootstrappers) + Send + Sync + 'static,
) -> Ipv8 {
    let launched = Launchers::new()
        .with(Launcher(Box::new(bootstrappers)))
        .config(configuration(number, None))
        .launch_on(endpoint(network, at))
        .await;
    launched.expect("it is launched")
}

async fn peers(node: &Ipv8) -> Vec<String> {
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let peers = overlay.peers().await.expect("it runs");
    peers.iter().map(|peer| peer.mid().to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_bootstrapper_of_a_user_is_called_as_the_trait_says() {
    let (network, calls) = (MemoryNetwork::new(), Calls::default());
    let friend = launch(&network, THERE, 2, |_| {}).await;
    let kept = Arc::clone(&calls);
    let node = launch(&network, HERE, 1, move |bootstrappers| {
        bootstrappers.add::<Friends>(|friends| {
            friends.friend = Some(address(THERE));
            friends.calls = Arc::clone(&kept);
        });
    })
    .await;
    assert_eq!(node.launched()[0].bootstrappers, ["Friends"]);
    assert!(friend.launched()[0].bootstrappers.is_empty());
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(peers(&node).await, [friend.my_peer().mid().to_string()]);
    node.stop().await;

    let calls = calls.lock().expect("no test panics here").clone();
    assert_eq!(calls[..3], ["initialize", "get_addresses", "answered"]);
    let count = |call| calls.iter().filter(|one| **one == call).count();
    assert_eq!(
        (count("initialize"), count("woken"), count("unload")),
        (1, 1, 1)
    );
    // 200 steps with a peer; five in a hundred of them remind the bootstrapper.
    assert!((2..40).contains(&count("keep_alive")), "{calls:?}");
    assert_eq!(calls.last(), Some(&"unload"));
}

#[tokio::test(start_paused = true)]
async fn a_bootstrapper_that_panics_is_reported_and_does_not_stop_the_others() {
    let network = MemoryNetwork::new();
    let friend = launch(&network, THERE, 2, |_| {}).await;
    let node = launch(&network, HERE, 1, |bootstrappers| {
        bootstrappers
            .add::<Panics>(|_| {})
            .add::<Friends>(|friends| {
                friends.friend = Some(address(THERE));
            });
    })
    .await;
    let mut events = node.events();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(peers(&node).await, [friend.my_peer().mid().to_string()]);
    let stats = node.stats().await.expect("it runs");
    assert!(stats.engine.panics >= 1);
    node.stop().await;
    let mut callbacks = Vec::new();
    while let Ok(event) = events.recv().await {
        if let Event::Panicked { callback, .. } = event {
            callbacks.push(callback);
        }
    }
    assert!(!callbacks.is_empty());
    assert!(
        callbacks
            .iter()
            .all(|callback| *callback == Callback::Bootstrapper("Panics")),
        "{callbacks:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn beacons_bring_nodes_together_and_a_node_ignores_its_own() {
    let network = MemoryNetwork::new();
    // Both listen. Only one sends beacons, to the other node and to itself.
    let hearing = launch(&network, "127.0.0.1:8091", 2, |bootstrappers| {
        bootstrappers.add::<UdpBroadcastBootstrapper>(|broadcast| broadcast.addresses.clear());
    })
    .await;
    let saying = launch(&network, "127.0.0.1:8090", 1, |bootstrappers| {
        bootstrappers.add::<UdpBroadcastBootstrapper>(|broadcast| {
            broadcast.addresses = vec![Ipv4Addr::LOCALHOST];
            broadcast.last_port = 8091;
        });
    })
    .await;
    // This node listens for no beacons and knows no tracker.
    let deaf = launch(&network, "127.0.0.1:8092", 3, |_| {}).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(peers(&hearing).await, [saying.my_peer().mid().to_string()]);
    assert_eq!(peers(&saying).await, [hearing.my_peer().mid().to_string()]);
    assert!(peers(&deaf).await.is_empty());
    let stats = saying.stats().await.expect("it runs").engine;
    assert_eq!(stats.count(DropReason::Beacon), 1);
    assert_eq!(stats.dropped(), 1);
    // Beacons of strangers: the node follows some and counts the rest as drops.
    let mut beacon = b"\0\0IPv8\0".to_vec();
    beacon.extend(Probe::<0>::COMMUNITY_ID.prefix());
    let before = hearing.stats().await.expect("it runs").engine;
    for port in 1..=1000 {
        let from = SocketAddr::from(([127, 0, 0, 9], port));
        assert!(network.deliver(from, address("127.0.0.1:8091"), &beacon));
        assert!(network.deliver(from, address("127.0.0.1:8092"), &beacon));
        if port % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    let after = hearing.stats().await.expect("it runs").engine;
    let dropped = after.count(DropReason::Beacon) - before.count(DropReason::Beacon);
    assert!((992..=993).contains(&dropped), "{dropped}");
    let deaf = deaf.stats().await.expect("it runs").engine;
    assert_eq!(deaf.count(DropReason::UnknownPrefix), 1000);
    // The next sweep begins after half a minute.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let stats = saying.stats().await.expect("it runs").engine;
    assert!(stats.count(DropReason::Beacon) >= 1);
}

#[test]
fn beacons_work_on_real_sockets() {
    let mut options = RustNodeOptions::new(COMMUNITY);
    let mut broadcast = UdpBroadcastBootstrapper::default();
    broadcast.addresses.clear();
    options.broadcast = Some(broadcast.clone());
    let mut hearing = RustNode::start(&options);
    let port = hearing.address().port();
    broadcast.addresses = vec![Ipv4Addr::LOCALHOST];
    (broadcast.first_port, broadcast.last_port) = (port, port);
    options.broadcast = Some(broadcast);
    let mut saying = RustNode::start(&options);
    saying.bootstrap();
    hearing.wait_for_peer(&saying.mid());
    saying.wait_for_peer(&hearing.mid());
    // A peer is known by its main address, not by the address of its beacon socket.
    let known = hearing.peers();
    assert_eq!(known[0].address(), saying.address());
}

#[test]
fn trackers_are_found_by_name() {
    let tracker = RustTracker::start();
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.walkers = vec![Walker::Random];
    // A name of 300 letters is invalid, and must not block the valid one.
    options.names = vec![
        ("a".repeat(300), 1),
        ("localhost".to_owned(), tracker.tracker().address().port()),
    ];
    let mut first = RustNode::start(&options);
    let mut second = RustNode::start(&options);
    first.wait_for_peer(&second.mid());
    second.wait_for_peer(&first.mid());
    assert_eq!(first.mids().len(), 1, "the tracker is no peer");
}

#[test]
fn a_bootstrap_server_is_blacklisted_before_it_is_asked() {
    let server: SocketAddr = "198.51.100.7:6421".parse().expect("an address");
    let now = std::time::Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let mut config = OverlayConfig::new(key(1));
    config
        .bootstrappers
        .add::<DispersyBootstrapper>(|dispersy| dispersy.ip_addresses = vec![server]);
    engine
        .add_overlay::<Quiet>(config, QuietId::default(), Strategies::new(), now)
        .expect("the overlay is made");
    assert!(engine.network().is_blacklisted(&server));
    assert!(
        engine
            .poll_output()
            .is_none_or(|output| !matches!(output, Output::Send(_)))
    );
}
