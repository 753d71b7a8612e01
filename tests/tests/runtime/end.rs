//! How a node ends: it unloads overlays in reverse order, joins its tasks, closes the socket, and
//! reports the end to all handles.

use std::time::Duration;

use ipv8_core::engine::Event;
use ipv8_core::node::HandleError;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::desk::address;
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, is_open, launch, trapped};
use ipv8_tests::probe::{Log, Probe, ProbeSettings};

const HERE: &str = "10.0.0.1:1000";

/// Runs all tasks until `done` is true, without waiting for real time.
async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it did not happen within ten (virtual) seconds");
}

#[tokio::test(start_paused = true)]
async fn stop_unloads_the_last_overlay_first_and_frees_the_address() {
    let (network, log) = (MemoryNetwork::new(), Log::default());
    let launchers = Launchers::new()
        .with(ProbeLauncher::<2>::new(trapped(&log, &[])))
        .with(ProbeLauncher::<0>::new(trapped(&log, &[])))
        .with(ProbeLauncher::<1>::new(trapped(&log, &[])));
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    assert!(is_open(&network, HERE));
    let launched: Vec<_> = node.launched().iter().map(|overlay| overlay.id).collect();
    let started = log.lines();
    node.stop().await;
    assert!(!is_open(&network, HERE), "the address is still taken");
    let mut reversed: Vec<String> = Vec::new();
    for id in launched.iter().rev() {
        let number = id.as_bytes()[0] - 0xa0;
        reversed.extend([format!("{number} Unload"), format!("{number} Drop")]);
    }
    assert_eq!(log.lines()[started.len()..], reversed);
    node.stop().await;
    let again = launch(
        &network,
        HERE,
        1,
        Launchers::new().with(ProbeLauncher::<0>::new(trapped(&log, &[]))),
    )
    .await;
    assert_eq!(
        again.expect("it is launched").local_addresses(),
        [address(HERE)]
    );
}

#[tokio::test]
async fn stop_closes_a_real_socket_so_that_its_port_is_free_at_once() {
    let launch = |at: std::net::SocketAddr| {
        let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
        launchers
            .config(configuration(1, None).interfaces([at]))
            .launch()
    };
    let node = launch(address("127.0.0.1:0"))
        .await
        .expect("it is launched");
    let at = node.local_addresses()[0];
    for _ in 0..3 {
        node.stop().await;
        let socket = std::net::UdpSocket::bind(at);
        assert!(socket.is_ok(), "{socket:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_node_ends_when_the_last_handle_is_dropped_and_not_before() {
    let (network, log) = (MemoryNetwork::new(), Log::default());
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(trapped(&log, &[])));
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let other = node.clone();
    drop(node);
    drop(other);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(is_open(&network, HERE), "an overlay handle is a handle");
    assert_eq!(overlay.peers().await.expect("it runs").len(), 0);
    drop(overlay);
    until(|| !is_open(&network, HERE)).await;
    assert!(log.lines().contains(&"0 Unload".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_community_that_keeps_a_handle_of_its_own_node_can_still_be_stopped() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(Holder);
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let handle = node.overlay::<Holds>().expect("it was launched");
    let kept = handle.clone();
    handle
        .call(move |holds, _| holds.0 = Some(kept))
        .await
        .expect("it runs");
    node.stop().await;
    assert!(!is_open(&network, HERE));
    assert!(matches!(handle.peers().await, Err(HandleError::Stopped)));
}

struct Holds(Option<OverlayHandle<Holds>>);

impl Community for Holds {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xd1; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self(None))
    }
}

struct Holder;

impl CommunityLauncher for Holder {
    type Overlay = Holds;
    type Session = ();
    const META: ipv8_core::LauncherMeta = ipv8_core::launcher_meta!(name = "Holder", after = []);
}

#[tokio::test(start_paused = true)]
async fn every_call_after_a_stop_reports_it() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let mut events = node.events();
    node.stop().await;
    assert!(matches!(
        overlay.call(|_, _| ()).await,
        Err(HandleError::Stopped)
    ));
    assert!(matches!(overlay.peers().await, Err(HandleError::Stopped)));
    assert!(matches!(overlay.unload().await, Err(HandleError::Stopped)));
    assert!(matches!(node.stats().await, Err(HandleError::Stopped)));
    assert!(matches!(node.overlays().await, Err(HandleError::Stopped)));
    assert!(matches!(
        node.unload("Probe").await,
        Err(HandleError::Stopped)
    ));
    assert!(matches!(
        overlay.add_strategy(Idle, -1).await,
        Err(HandleError::Stopped)
    ));
    while let Ok(event) = events.recv().await {
        assert!(!matches!(event, Event::Panicked { .. }));
    }
    assert!(node.events().recv().await.is_err(), "a closed channel");
    node.clone().until_stopped().await.expect("it ended well");
}

#[tokio::test(start_paused = true)]
async fn pending_requests_end_with_an_error_when_the_node_stops() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let asked: Vec<_> = (0..500)
        .map(|number| {
            let overlay = overlay.clone();
            tokio::spawn(async move { overlay.call(move |_, _| number).await })
        })
        .collect();
    node.stop().await;
    for (number, asked) in (0..).zip(asked) {
        match asked.await.expect("the task ends") {
            Ok(answer) => assert_eq!(answer, number),
            Err(error) => assert!(matches!(error, HandleError::Stopped)),
        }
    }
}
