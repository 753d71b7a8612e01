//! A node with a socket and a task changes while it runs, by name and by handle, and loses nothing.
//! In memory, and with tokio's clock paused.

use std::time::Duration;

use ipv8_core::config::LauncherConfig;
use ipv8_core::engine::{ControlError, OverlayConfig, OverlayError, StrategyStatus};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::{HandleError, StrategyHandle};
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};
use ipv8_tests::desk::{address, key};
use ipv8_tests::launch::{Idle, ProbeLauncher, Sends, configuration, endpoint, launch};
use ipv8_tests::probe::{Heard, Ping, Probe, ProbeSettings};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const HERE: &str = "10.0.0.1:1000";
const THERE: &str = "10.0.0.2:2000";

#[tokio::test(start_paused = true)]
async fn a_node_is_changed_by_name_and_by_handle() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Idle>(-1, |_| {}).add::<Idle>(-1, |_| {});
        }),
    );
    let node = launch(&network, HERE, 1, launchers)
        .await
        .expect("it is launched");
    let walk = node.strategy("P0", "Idle#2").await.expect("it is there");
    let by_type = node.strategy("Probe", "Idle#2").await.expect("it is there");
    assert_eq!(walk.id(), by_type.id());
    let error = node
        .strategy("P1", "Idle")
        .await
        .expect_err("no such overlay");
    assert!(
        error.to_string().contains(r#"did you mean "P0"?"#),
        "{error}"
    );
    walk.pause().await.expect("it pauses");
    walk.set_interval(2.0).await.expect("two seconds");
    walk.set_target_peers(7).await.expect("a target");
    assert!(matches!(
        walk.set_interval(0.0).await,
        Err(HandleError::Control(ControlError::Interval(_)))
    ));
    let info = walk.info().await.expect("it is there");
    assert_eq!(
        (info.status, info.target_peers),
        (StrategyStatus::Paused, 7)
    );
    assert_eq!(info.interval, Duration::from_secs(2));
    node.set_walk_interval(0.1).await.expect("a tenth");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let all = node.strategies().await.expect("it runs");
    let steps: Vec<_> = all.iter().map(|info| info.steps).collect();
    assert!((49..=51).contains(&steps[0]) && steps[1] <= 1, "{steps:?}");

    let settings = ProbeSettings::default();
    let mut strategies = Strategies::new();
    strategies.add::<Idle>(-1, |_| {});
    let config = OverlayConfig {
        name: Some("Late".to_owned()),
        own_network: true,
        ..OverlayConfig::new(key(1))
    };
    let late = node
        .load_overlay::<Probe<1>>(config, settings, strategies)
        .await
        .expect("it is loaded");
    assert!(node.overlay::<Probe<1>>().is_some());
    assert!(node.overlay_by_name::<Probe<1>>("Late").await.is_ok());
    assert!(node.overlay_by_name::<Probe>("Late").await.is_err());
    let info = late.info().await.expect("it is loaded");
    assert!(info.own_network && info.name == "Late");
    let again = node.load_overlay::<Probe<1>>(
        OverlayConfig::new(key(1)),
        ProbeSettings::default(),
        Strategies::new(),
    );
    assert!(matches!(
        again.await,
        Err(HandleError::Overlay(
            OverlayError::DuplicateCommunity { .. }
        ))
    ));
    let more = late.add_strategy(Sends, 3).await.expect("it is added");
    assert_eq!(more.info().await.expect("it is there").name, "Sends");
    more.remove().await.expect("it was there");
    assert!(more.info().await.is_err());
    let its = late.strategy("Idle").await.expect("it is there");
    node.unload("Late").await.expect("it is loaded");
    assert!(late.info().await.is_err() && its.pause().await.is_err());
    assert!(node.unload("Late").await.is_err());
    walk.resume().await.expect("the other overlay is there");
    let stats = node.stats().await.expect("it runs");
    assert_eq!(stats.missed_turns, 0);
    node.stop().await;
    assert!(matches!(walk.pause().await, Err(HandleError::Stopped)));
}

struct Apart;

impl CommunityLauncher for Apart {
    type Overlay = Probe<2>;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "Apart", after = []);
    const OWN_NETWORK: bool = true;
}

#[tokio::test(start_paused = true)]
async fn a_launcher_or_a_configuration_gives_an_overlay_a_graph_of_its_own() {
    let said = |own: [Option<bool>; 2]| {
        let names = ["P0", "Apart"].into_iter().zip(own);
        let mut configuration = configuration(1, None);
        for (name, own) in names.filter_map(|(name, own)| Some((name, own?))) {
            let definition = LauncherConfig::new(name).own_network(own);
            configuration = configuration.launcher(definition);
        }
        configuration
    };
    for (own, expected) in [
        ([None, None], [false, true]),
        ([Some(true), Some(false)], [true, false]),
    ] {
        let network = MemoryNetwork::new();
        let launchers = Launchers::new()
            .with(ProbeLauncher::<0>::new(ProbeSettings::default()))
            .with(Apart)
            .config(said(own));
        let node = launchers.launch_on(endpoint(&network, HERE)).await;
        let node = node.expect("it is launched");
        for (name, expected) in ["P0", "Apart"].into_iter().zip(expected) {
            let overlays = node.overlays().await.expect("it runs");
            let info = overlays.iter().find(|info| info.name == name);
            assert_eq!(info.map(|info| info.own_network), Some(expected), "{name}");
        }
        node.stop().await;
    }
}

/// Makes one random change to a running node; keeps the strategies it adds in `mine`.
async fn change(node: &Ipv8, mine: &mut Vec<StrategyHandle>, rng: &mut StdRng) {
    let chosen = (!mine.is_empty()).then(|| rng.random_range(0..mine.len()));
    let handle = chosen.map(|index| mine[index].clone());
    let seconds = 0.02 + rng.random::<f64>();
    match (rng.random_range(0..11), handle) {
        (0, _) => {
            let config = OverlayConfig {
                own_network: rng.random_bool(0.5),
                ..OverlayConfig::new(key(3))
            };
            let mut strategies = Strategies::new();
            strategies
                .add::<RandomWalk>(20, |_| {})
                .add::<Sends>(-1, |_| {});
            let settings = ProbeSettings::default();
            // It may be loaded already.
            let _ = node
                .load_overlay::<Probe<1>>(config, settings, strategies)
                .await;
        }
        (1, _) => {
            if let Some(overlay) = node.overlay::<Probe<1>>() {
                overlay.unload().await.expect("it runs");
            }
            let there = node.strategies().await.expect("it runs");
            mine.retain(|handle| there.iter().any(|info| info.id == handle.id()));
        }
        (2 | 3, _) if mine.len() < 10 => {
            let overlay = node.overlay::<Probe>().expect("the first overlay stays");
            let added = overlay.add_strategy(Sends, -1).await;
            mine.push(added.expect("the first overlay stays"));
        }
        (4, _) => {
            if let Some(overlay) = node.overlay::<Probe<1>>()
                && let Ok(added) = overlay.add_strategy(EdgeWalk::default(), 20).await
            {
                mine.push(added);
            }
        }
        (5, Some(handle)) => {
            handle.remove().await.expect("it is there");
            mine.retain(|other| other.id() != handle.id());
        }
        (6, Some(handle)) => handle.pause().await.expect("it is there"),
        (7, Some(handle)) => handle.resume().await.expect("it is there"),
        (8, Some(handle)) => handle.set_target_peers(5).await.expect("it is there"),
        (9, Some(handle)) => handle.set_interval(seconds).await.expect("it is there"),
        (10, _) => node.set_walk_interval(seconds).await.expect("it runs"),
        _ => {}
    }
}

#[tokio::test(start_paused = true)]
async fn no_datagram_of_one_overlay_is_lost_while_everything_else_changes() {
    const MESSAGES: u16 = 1_500;
    let network = MemoryNetwork::new();
    let launchers = || Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let here = launch(&network, HERE, 1, launchers())
        .await
        .expect("it is launched");
    let there = launch(&network, THERE, 2, launchers())
        .await
        .expect("it is launched");
    let ends = [&here, &there].map(|node| node.overlay::<Probe>().expect("it was launched"));
    let mut rng = StdRng::seed_from_u64(7);
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..MESSAGES {
        for (end, to) in ends.iter().zip([THERE, HERE]) {
            let sent = end.call(move |_, cx| cx.send_to(address(to), &Ping { number }));
            sent.await.expect("it is loaded").expect("it is queued");
        }
        change(&here, &mut mine, &mut rng).await;
        change(&there, &mut theirs, &mut rng).await;
        if number % 4 == 0 {
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..60))).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (end, from) in ends.iter().zip([THERE, HERE]) {
        let heard = end
            .call(|probe, _| probe.heard.clone())
            .await
            .expect("it is loaded");
        let expected: Vec<_> = (0..MESSAGES)
            .map(|number| Heard::Ping(address(from), number))
            .collect();
        assert_eq!(heard.len(), expected.len());
        assert_eq!(heard, expected);
    }
    for node in [&here, &there] {
        let stats = node.stats().await.expect("it runs");
        assert_eq!(stats.engine.panics, 0);
        let (_, traffic) = &stats.overlays[0];
        let pings = traffic.message(2);
        assert_eq!(pings.datagrams_in, u64::from(MESSAGES));
        assert_eq!(pings.datagrams_out, u64::from(MESSAGES));
        let steps: u64 = node
            .strategies()
            .await
            .expect("it runs")
            .iter()
            .map(|info| info.steps)
            .sum();
        assert!(steps > 0);
    }
    here.stop().await;
    there.stop().await;
}
