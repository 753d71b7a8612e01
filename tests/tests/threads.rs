//! The threads of a node end with it. This test is alone in its file because it counts the threads
//! of the process.
#![cfg(target_os = "linux")]

use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::launch::{ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::{ProbeSettings, Trap};

fn watchdogs() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").expect("the threads of this process");
    let names =
        threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "ipv8-watchdog").count()
}

/// Waits until the count is `wanted`: a thread that was joined can stay listed for a moment.
fn falls_to(wanted: usize) -> bool {
    (0..10_000).any(|_| {
        std::thread::yield_now();
        watchdogs() == wanted
    })
}

#[tokio::test(start_paused = true)]
async fn every_watchdog_thread_has_ended_when_stop_returns() {
    let network = MemoryNetwork::new();
    let mut nodes = Vec::new();
    for number in 1..=5 {
        let at = format!("10.0.0.{number}:1000");
        let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
        let launched = launchers
            .config(configuration(number, None))
            .launch_on(endpoint(&network, &at))
            .await;
        nodes.push(launched.expect("it is launched"));
        // A thread sets its name only once it runs, and is not counted until then.
        while watchdogs() < usize::from(number) {
            std::thread::yield_now();
        }
    }
    for (left, node) in (0..5).rev().zip(nodes) {
        node.stop().await;
        assert!(falls_to(left), "{} watchdogs, {left} nodes", watchdogs());
    }
    let refused = ProbeSettings {
        traps: vec![Trap::New],
        ..ProbeSettings::default()
    };
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(refused));
    let at = endpoint(&network, "10.0.0.1:1000");
    assert!(
        launchers
            .config(configuration(1, None))
            .launch_on(at)
            .await
            .is_err()
    );
    assert!(falls_to(0), "a launch that fails starts none");
}
