//! A node with a socket and a task: how it runs, which calls reach it, and how it ends. In memory,
//! and with tokio's clock paused.

use std::time::Duration;

use ipv8_core::engine::{CallError, Callback, Event};
use ipv8_core::internals::payload::ids;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::{HandleError, TrackerConfig};
use ipv8_core::prelude::*;
use ipv8_core::wire::{IntroductionRequest, IntroductionResponse, Style};
use ipv8_tests::desk::{PROBE, address, identifier_of, key, sealed, sealed_styled};
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint, is_open, launch, trapped};
use ipv8_tests::probe::{Heard, Log, Ping, Probe, ProbeSettings, Trap};

const HERE: &str = "10.0.0.1:8090";
const THERE: &str = "10.0.0.2:2000";
const TRACKER: &str = "10.0.0.9:9000";

/// Panics in every step.
#[derive(Default)]
struct Panics;

impl<C: Community> DiscoveryStrategy<C> for Panics {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        panic!("a step that panics");
    }
}

#[tokio::test(start_paused = true)]
async fn panics_of_a_node_are_reported_and_the_node_goes_on() {
    let (network, log) = (MemoryNetwork::new(), Log::default());
    let traps = [
        Trap::Message,
        Trap::Introduction,
        Trap::PeerAdded,
        Trap::RequestTimeout,
        Trap::Unload,
        Trap::Drop,
    ];
    let launchers = Launchers::new()
        .with(
            ProbeLauncher::<0>::new(trapped(&log, &traps)).walked(|strategies| {
                strategies.add::<Panics>(-1, |_| {});
            }),
        )
        .with(
            ProbeLauncher::<1>::new(trapped(&log, &[])).walked(|strategies| {
                strategies.add::<Idle>(-1, |_| {});
            }),
        );
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let mut events = node.events();
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let panicked = overlay.call(|_, _| panic!("a call")).await;
    assert!(matches!(
        panicked,
        Err::<(), _>(HandleError::Call(CallError::Panicked))
    ));
    let asked = overlay
        .call(|_, cx| cx.add_request("ask", Duration::from_secs(1), 0_u32))
        .await;
    assert!(asked.is_ok_and(|asked| asked.is_ok()));
    let from = address("20.0.0.1:8090");
    let mut there = endpoint(&network, "20.0.0.1:8090");
    network.deliver(
        from,
        address(HERE),
        &sealed(PROBE, &key(7), 1, &Ping { number: 1 }),
    );
    let request = IntroductionRequest::new(Style::Old, from, from, from, 1);
    network.deliver(
        from,
        address(HERE),
        &sealed_styled(PROBE, &key(7), Style::Old, request),
    );
    // The node asks the sender a little later. The answer makes it a peer.
    let identifier = loop {
        there.until_readable().await;
        let mut asked = None;
        there.take_received(|_, datagram| {
            if datagram[22] == ids::INTRODUCTION_REQUEST {
                asked = Some(identifier_of(datagram));
            }
        });
        if let Some(identifier) = asked {
            break identifier;
        }
    };
    let response = IntroductionResponse::new(address(HERE), from, from, identifier);
    let response = sealed_styled(PROBE, &key(7), Style::Old, response);
    assert!(network.deliver(from, address(HERE), &response));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let stats = node.stats().await.expect("it runs");
    assert_eq!(overlay.unload().await.ok(), Some(true));
    assert!(matches!(
        overlay.peers().await,
        Err(HandleError::Call(CallError::NotLoaded))
    ));
    let other = node.overlay::<Probe<1>>().expect("it was launched");
    assert!(other.peers().await.is_ok());
    node.stop().await;
    let (mut callbacks, mut steps) = (Vec::new(), [0, 0]);
    while let Ok(event) = events.recv().await {
        match event {
            Event::Panicked { overlay, callback } => {
                assert_eq!(overlay, PROBE);
                callbacks.push(callback);
            }
            Event::Step(step) => steps[usize::from(step.overlay == PROBE)] += 1,
            _ => {}
        }
    }
    for callback in [
        Callback::Call,
        Callback::Message(2),
        Callback::Message(246),
        Callback::PeerObserver,
        Callback::RequestTimeout,
        Callback::Step("Panics".into()),
        Callback::Unload,
    ] {
        assert!(
            callbacks.contains(&callback),
            "{callback} is not among {callbacks:?}"
        );
    }
    assert!(
        steps[0] >= 3 && steps[1] >= 3,
        "both took their turns: {steps:?}"
    );
    assert!(stats.engine.panics >= 6);
}

#[tokio::test(start_paused = true)]
async fn a_call_through_a_handle_reaches_the_community_and_the_socket() {
    let network = MemoryNetwork::new();
    let here = launch(
        &network,
        HERE,
        1,
        Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default())),
    );
    let there = launch(
        &network,
        THERE,
        2,
        Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default())),
    );
    let (here, there) = (
        here.await.expect("launched"),
        there.await.expect("launched"),
    );
    let overlay = here.overlay::<Probe>().expect("it was launched");
    let sent = overlay
        .call(|_, cx| cx.send_to(address(THERE), &Ping { number: 9 }))
        .await;
    assert!(matches!(sent, Ok(Ok(()))));
    let listener = there.overlay::<Probe>().expect("it was launched");
    tokio::time::sleep(Duration::from_millis(10)).await;
    let heard = listener
        .call(|probe, _| probe.heard.clone())
        .await
        .expect("it runs");
    assert_eq!(heard, [Heard::Ping(address(HERE), 9)]);
    let (out, received) = (
        here.stats().await.expect("it runs"),
        there.stats().await.expect("it runs"),
    );
    assert_eq!(
        (out.engine.datagrams_out, received.engine.datagrams_in),
        (1, 1)
    );
    assert_eq!(out.engine.bytes_out, received.engine.bytes_in);
}

#[tokio::test(start_paused = true)]
async fn two_nodes_of_different_launchers_meet_where_their_overlays_do() {
    let network = MemoryNetwork::new();
    let tracker = TrackerConfig::new()
        .launch_on(endpoint(&network, TRACKER))
        .await
        .expect("a tracker");
    let here = Launchers::new()
        .with(
            ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
                strategies.add::<RandomWalk>(20, |_| {});
            }),
        )
        .with(
            ProbeLauncher::<1>::new(ProbeSettings::default()).walked(|strategies| {
                strategies.add::<RandomWalk>(20, |_| {});
            }),
        );
    let there = Launchers::new()
        .with(
            ProbeLauncher::<1>::new(ProbeSettings::default()).walked(|strategies| {
                strategies.add::<RandomWalk>(20, |_| {});
            }),
        )
        .with(ProbeLauncher::<2>::new(ProbeSettings::default()));
    let here = launch(&network, HERE, 1, here)
        .await
        .expect("it is launched");
    let there = launch(&network, THERE, 2, there)
        .await
        .expect("it is launched");
    tokio::time::sleep(Duration::from_secs(40)).await;
    let shared = [&here, &there].map(|node| node.overlay::<Probe<1>>().expect("both have it"));
    for (overlay, other) in shared.iter().zip([2, 1]) {
        let peers = overlay.peers().await.expect("it runs");
        let keys: Vec<_> = peers.iter().map(Peer::key).collect();
        assert_eq!(keys, [key(other).public_key()]);
    }
    assert!(here.overlay::<Probe<2>>().is_none() && there.overlay::<Probe>().is_none());
    let alone = here.overlay::<Probe>().expect("it was launched");
    assert!(alone.peers().await.expect("it runs").is_empty());
    here.stop().await;
    assert!(there.stats().await.is_ok(), "the other one runs on");
    tracker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_strategy_added_later_takes_its_turns() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let mut events = node.events();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(matches!(events.try_recv(), Ok(Event::OverlayLoaded { .. })));
    assert!(
        events.try_recv().is_err(),
        "nothing happens without strategies"
    );
    let overlay = node.overlay::<Probe>().expect("it was launched");
    overlay.add_strategy(Idle, -1).await.expect("it is added");
    let refused = overlay.add_strategy(Idle, -2).await;
    assert!(
        refused
            .expect_err("-2 is not a valid target")
            .to_string()
            .contains("invalid target_peers -2")
    );
    assert!(node.overlay::<Probe<1>>().is_none());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut steps = 0;
    while let Ok(event) = events.try_recv() {
        if matches!(event, Event::StrategyAdded { .. }) {
            assert_eq!(steps, 0, "`StrategyAdded` comes before its first step");
            continue;
        }
        assert!(matches!(event, Event::Step(_)));
        steps += 1;
    }
    assert!((9..=10).contains(&steps), "{steps} steps in five seconds");
}

/// Takes longer than the time between two turns.
#[derive(Default)]
struct Slow;

impl<C: Community> DiscoveryStrategy<C> for Slow {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        cx.walk_to(address("20.0.0.1:1"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_are_always_late_keep_neither_requests_nor_datagrams_waiting() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Slow>(-1, |_| {});
        }),
    );
    let configuration = configuration(1, None).walk_interval(1e-3);
    let node = launchers
        .config(configuration)
        .launch_on(endpoint(&network, HERE))
        .await;
    let node = node.expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    network.deliver(
        address(THERE),
        address(HERE),
        &sealed(PROBE, &key(7), 1, &Ping { number: 1 }),
    );
    let patience = Duration::from_secs(20);
    // Keeps tokio's clock running during a step, as other nodes would.
    let ticking = tokio::spawn(async {
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        loop {
            ticks.tick().await;
        }
    });
    let heard = tokio::time::timeout(patience, async {
        loop {
            let heard = overlay
                .call(|probe, _| probe.heard.len())
                .await
                .expect("it runs");
            if heard > 0 {
                return heard;
            }
        }
    });
    assert_eq!(heard.await, Ok(1));
    drop((node, overlay));
    let gone = async {
        while is_open(&network, HERE) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let gone = tokio::time::timeout(patience, gone).await;
    gone.expect("it ends with its last handle");
    ticking.abort();
}

/// Blocks for longer than the watchdog's limit, the first time.
#[derive(Default)]
struct Hangs {
    stepped: bool,
}

impl<C: Community> DiscoveryStrategy<C> for Hangs {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        if !std::mem::replace(&mut self.stepped, true) {
            std::thread::sleep(Duration::from_millis(1_600));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_blocks_is_counted_and_the_others_go_on_after_it() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Hangs>(-1, |_| {}).add::<Idle>(-1, |_| {});
        }),
    );
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let mut events = node.events();
    let mut after = Vec::new();
    while after.len() < 4 {
        if let Ok(Event::Step(step)) = events.recv().await {
            after.push(step.strategy);
        }
    }
    assert_eq!(after, ["Hangs", "Idle", "Hangs", "Idle"]);
    let stats = node.stats().await.expect("it runs");
    assert_eq!((stats.hanging_steps, stats.slow_steps), (1, 1));
    assert!(stats.missed_turns >= 4, "{}", stats.missed_turns);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_task_is_not_blamed_on_the_strategy_whose_turn_it_made_late() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Idle>(-1, |_| {});
        }),
    );
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let mut events = node.events();
    let overlay = node.overlay::<Probe>().expect("it was launched");
    // Longer than the time between two turns. While the first task sleeps, the second task and a
    // turn become due; the node then handles both together.
    let slow = |_: &mut Probe, _: &mut Context<'_>| std::thread::sleep(Duration::from_millis(700));
    let registered = overlay.call(move |_, cx| {
        cx.after("first", Duration::ZERO, slow)?;
        cx.after("second", Duration::from_millis(300), slow)
    });
    registered
        .await
        .expect("it runs")
        .expect("they are registered");
    let mut missed = 0;
    while missed < 2 {
        if let Ok(Event::Step(_)) = events.recv().await {
            missed = node.stats().await.expect("it runs").missed_turns;
        }
    }
    assert_eq!(node.stats().await.expect("it runs").slow_steps, 0);
}
