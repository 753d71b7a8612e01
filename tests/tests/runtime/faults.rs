//! A node that suffers from its own faults: user code that blocks or sends without end, errors of
//! the socket, and a process that is suspended.

use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{Callback, Event};
use ipv8_core::node::{MemoryNetwork, SocketErrorKind};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::{LauncherMeta, launcher_meta};
use ipv8_tests::calculator::{Calculator, CalculatorSettings, Here, Knock};
use ipv8_tests::desk::{address, key, sealed};
use ipv8_tests::launch::{ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::{Ping, Probe, ProbeSettings};

const HERE: &str = "10.0.0.1:1000";
const THERE: &str = "10.0.0.2:2000";
const SECOND: Duration = Duration::from_secs(1);

/// A community whose handler blocks for a while, or sends without end.
struct Faulty;

/// Longer than the watchdog waits.
fn block() {
    std::thread::sleep(Duration::from_millis(1_600));
}

fn flood(cx: &mut Context<'_>) {
    for _ in 0..40_000 {
        cx.walk_to(address("20.0.0.1:1"));
    }
}

impl Community for Faulty {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xfa; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        table.unsigned::<Ping>(|_, _, ping, cx| match ping.number {
            0 => block(),
            _ => flood(cx),
        });
    }
}

struct FaultyLauncher;

impl CommunityLauncher for FaultyLauncher {
    type Overlay = Faulty;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "FaultyLauncher", after = []);
}

/// Launches a node with a faulty overlay, and one that works.
async fn faulty(network: &MemoryNetwork) -> Ipv8 {
    let launchers = Launchers::new()
        .with(FaultyLauncher)
        .with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let launched = launchers
        .config(configuration(1, None))
        .launch_on(endpoint(network, HERE))
        .await;
    launched.expect("it is launched")
}

fn give(network: &MemoryNetwork, number: u16) {
    let ping = sealed(Faulty::COMMUNITY_ID, &key(7), 1, &Ping { number });
    assert!(network.deliver(address(THERE), address(HERE), &ping));
}

async fn hears(network: &MemoryNetwork, node: &Ipv8) {
    let probe = node.overlay::<Probe>().expect("it was launched");
    let count = async || {
        probe
            .call(|probe, _| probe.heard.len())
            .await
            .expect("it runs")
    };
    let before = count().await;
    let ping = sealed(Probe::<0>::COMMUNITY_ID, &key(7), 1, &Ping { number: 1 });
    assert!(network.deliver(address(THERE), address(HERE), &ping));
    let heard = async {
        while count().await == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let heard = tokio::time::timeout(SECOND * 20, heard).await;
    heard.expect("the other overlay works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_tasks_and_calls_that_block_are_counted_and_the_node_goes_on() {
    let network = MemoryNetwork::new();
    let node = faulty(&network).await;
    let overlay = node.overlay::<Faulty>().expect("it was launched");
    let hanging = async || node.stats().await.expect("it runs").hanging_calls;
    assert_eq!(hanging().await, 0);
    give(&network, 0);
    hears(&network, &node).await;
    assert_eq!(hanging().await, 1, "the handler");
    let registered =
        overlay.call(|_, cx| cx.after("blocks", Duration::ZERO, |_: &mut Faulty, _| block()));
    registered.await.expect("it runs").expect("a new name");
    hears(&network, &node).await;
    overlay.call(|_, _| block()).await.expect("it returns");
    hears(&network, &node).await;
    let stats = node.stats().await.expect("it runs");
    assert_eq!((stats.hanging_calls, stats.hanging_steps), (3, 0));
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_sends_without_end_is_cut_counted_and_named() {
    let network = MemoryNetwork::new();
    let node = faulty(&network).await;
    let mut events = node.events();
    let overlay = node.overlay::<Faulty>().expect("it was launched");
    let dropped = async || {
        let stats = node.stats().await.expect("it runs").engine;
        (stats.count(DropReason::QueueFull), stats.datagrams_out)
    };
    let limit = ipv8_core::internals::outbox::OUTBOX_LIMIT as u64;
    overlay.call(|_, cx| flood(cx)).await.expect("it returns");
    hears(&network, &node).await;
    assert_eq!(dropped().await, (40_000 - limit, limit));
    give(&network, 1);
    hears(&network, &node).await;
    let registered =
        overlay.call(|_, cx| cx.after("floods", SECOND, |_: &mut Faulty, cx| flood(cx)));
    registered.await.expect("it runs").expect("a new name");
    tokio::time::sleep(SECOND * 2).await;
    hears(&network, &node).await;
    assert_eq!(dropped().await, (3 * (40_000 - limit), 3 * limit));
    let mut floods = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::Flooded { overlay, callback } = event {
            assert_eq!(overlay, Faulty::COMMUNITY_ID);
            floods.push(callback);
        }
    }
    let expected = [
        Callback::Call,
        Callback::Message(2),
        Callback::Task("floods".into()),
    ];
    assert_eq!(floods, expected);
    node.stop().await;
}

/// Launches a node that walks to [`THERE`].
async fn walker(network: &MemoryNetwork, at: &str, number: u16) -> Ipv8 {
    let launcher = ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    });
    let launched = Launchers::new()
        .with(launcher)
        .config(configuration(number, None))
        .launch_on(endpoint(network, at))
        .await;
    launched.expect("it is launched")
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_socket_are_counted_by_kind_and_the_node_goes_on() {
    let network = MemoryNetwork::new();
    let (node, other) = (
        walker(&network, HERE, 1).await,
        walker(&network, THERE, 2).await,
    );
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let walked = overlay.call(|_, cx| cx.walk_to(address(THERE))).await;
    walked.expect("it runs");
    tokio::time::sleep(SECOND * 5).await;
    let before = node.stats().await.expect("it runs");
    let kinds = [
        SocketErrorKind::NoBuffers,
        SocketErrorKind::NotPermitted,
        SocketErrorKind::MessageTooLarge,
        SocketErrorKind::NetworkUnreachable,
        SocketErrorKind::ConnectionRefused,
    ];
    for kind in kinds {
        // One error in each send, and in each receive, for some seconds. A refused connection is
        // the fault of an earlier datagram, so it fails no send but is repeated.
        network.fail_sends(address(HERE), [kind; 20]);
        network.fail_receives(address(HERE), [kind; 20]);
        tokio::time::sleep(SECOND * 60).await;
    }
    let stats = node.stats().await.expect("it runs");
    for kind in kinds {
        assert_eq!(stats.endpoint.send_errors.get(kind), 20, "{kind:?}");
        assert_eq!(stats.endpoint.receive_errors.get(kind), 20, "{kind:?}");
    }
    assert_eq!(stats.endpoint.send_errors.total(), 100);
    let failed = stats.engine.count(DropReason::SendFailed);
    assert!((80..=90).contains(&failed), "{failed}");
    assert!(stats.engine.datagrams_in > before.engine.datagrams_in + 100);
    assert_eq!(stats.engine.panics, 0);
    assert_eq!(stats.missed_turns, before.missed_turns);
    assert_eq!(overlay.peers().await.expect("it runs").len(), 1);
    hears(&network, &node).await;
    node.stop().await;
    other.stop().await;
}

/// Launches a node of the discovery community with churn.
async fn discovery(network: &MemoryNetwork, at: &str, number: u16) -> Ipv8 {
    let launched = Launchers::new()
        .with(ipv8_core::launch::DiscoveryLauncher)
        .config(configuration(number, None))
        .launch_on(endpoint(network, at))
        .await;
    launched.expect("it is launched")
}

async fn peers(node: &Ipv8) -> usize {
    let overlay = node
        .overlay::<DiscoveryCommunity>()
        .expect("it was launched");
    overlay.peers().await.expect("it runs").len()
}

#[tokio::test(start_paused = true)]
async fn a_suspended_process_loses_no_peer_and_makes_up_for_no_turns() {
    let network = MemoryNetwork::new();
    let node = discovery(&network, HERE, 1).await;
    let mut others = Vec::new();
    for number in 2..=9 {
        let at = format!("10.0.0.{number}:2000");
        others.push(discovery(&network, &at, number).await);
        let overlay = node
            .overlay::<DiscoveryCommunity>()
            .expect("it was launched");
        let walked = overlay.call(move |_, cx| cx.walk_to(address(&at))).await;
        walked.expect("it runs");
    }
    tokio::time::sleep(SECOND * 120).await;
    assert_eq!(peers(&node).await, 8);
    // The first listener would get the events since the launch.
    drop(node.events());
    for suspended in [5, 60, 3_600, 86_400] {
        let mut events = node.events();
        let before = node.stats().await.expect("it runs");
        // The clocks of all processes jump, as on a laptop that was closed.
        tokio::time::advance(SECOND * suspended).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(SECOND).await;
        let after = node.stats().await.expect("it runs");
        let sent = after.engine.datagrams_out - before.engine.datagrams_out;
        assert!(sent <= 60, "{sent} datagrams after {suspended} s");
        let steps = std::iter::from_fn(|| events.try_recv().ok());
        let steps = steps
            .filter(|event| matches!(event, Event::Step(_)))
            .count();
        // Three strategies with two turns a second each.
        assert!(steps <= 10, "{steps} steps after {suspended} s");
        tokio::time::sleep(SECOND * 30).await;
        assert_eq!(peers(&node).await, 8, "after {suspended} s");
    }
}

struct Calculates;

impl CommunityLauncher for Calculates {
    type Overlay = Calculator;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "Calculates", after = []);

    fn settings(&self, (): &()) -> CalculatorSettings {
        CalculatorSettings::default()
    }
}

/// The only test here with a real socket: the system reports the answer and the timer together.
#[tokio::test]
async fn an_answer_that_came_during_a_suspension_is_no_timeout() {
    let loopback = address("127.0.0.1:0");
    let configuration = configuration(1, None).interfaces([loopback]);
    let launchers = Launchers::new().with(Calculates);
    let launched = launchers.config(configuration).launch().await;
    let node = launched.expect("it is launched");
    let overlay = node.overlay::<Calculator>().expect("it was launched");
    let there = tokio::net::UdpSocket::bind(loopback).await.expect("a port");
    let now = std::time::Instant::now();
    let at = there.local_addr().expect("it is bound");
    let peer = Peer::new(key(2).public_key().clone(), at, now);
    let asked = tokio::spawn(async move {
        let knock = Knock { number: 0 };
        overlay.request_within(&peer, knock, SECOND).await
    });
    let mut datagram = [0; 27];
    let (_, from) = there.recv_from(&mut datagram).await.expect("a request");
    let number = u32::from_be_bytes(datagram[23..].try_into().expect("a knock"));
    let answer = sealed(Calculator::COMMUNITY_ID, &key(2), 1, &Here { number });
    // This runtime has one thread: all of the node stands still.
    let there = there.into_std().expect("it stays open");
    there.send_to(&answer, from).expect("it is sent");
    std::thread::sleep(SECOND * 5 / 2);
    let answered = asked.await.expect("it ends");
    assert!(answered.is_ok(), "{answered:?}");
    node.stop().await;
}
