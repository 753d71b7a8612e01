//! Settings of the node itself, not of an overlay, reach the node that is launched with them.

use std::time::Duration;

use ipv8_core::engine::PacingConfig;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::desk::key;
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::ProbeSettings;

/// Returns a node alone on its network, with one strategy that does nothing.
async fn node(configuration: Config) -> Ipv8 {
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Idle>(-1, |_| {});
        }),
    );
    let launched = launchers
        .config(configuration)
        .launch_on(endpoint(&MemoryNetwork::new(), "10.0.0.1:1000"))
        .await;
    launched.expect("it is launched")
}

#[tokio::test(start_paused = true)]
async fn the_configured_walk_scaling_limit_bounds_the_slowdown() {
    for (limit, slowdown) in [(None, 1.0), (Some(2.0), 4.0), (Some(50.0), 10.0)] {
        let mut configuration = configuration(1, None);
        if let Some(seconds) = limit {
            configuration = configuration.walk_scaling_limit(seconds);
        }
        let node = node(configuration).await;
        // Each advance is longer than any interval, so every turn is late.
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(7)).await;
            tokio::task::yield_now().await;
        }
        let health = node.health().await.expect("it runs");
        assert!(health.overloaded, "{limit:?}");
        assert_eq!(health.slowdown, slowdown, "{limit:?}");
        node.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_uses_the_configured_pacing_or_the_default() {
    let own = PacingConfig {
        burst: 5,
        share: 0.25,
        rate: 1_000,
        ..PacingConfig::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let read = |text: &str| {
        let file = folder.path().join("ipv8.toml");
        std::fs::write(&file, text).expect("it is written");
        Config::new().file(file).key(key(1))
    };
    let given = |pacing: &PacingConfig| configuration(1, None).pacing(pacing.clone());
    for (configuration, expected) in [
        (configuration(1, None), PacingConfig::default()),
        (given(&PacingConfig::off()), PacingConfig::off()),
        (given(&own), own.clone()),
        (read("pacing = false"), PacingConfig::off()),
        (read("[pacing]\nburst = 5\nshare = 0.25\nrate = 1000"), own),
        (read("walk_interval = 0.25"), PacingConfig::default()),
    ] {
        let node = node(configuration).await;
        assert_eq!(node.pacing().await.expect("it runs"), expected);
        node.stop().await;
    }
}
