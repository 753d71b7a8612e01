//! Ten minutes of real time with 64 nodes in one process on loopback: resident memory, file handles
//! and tasks do not grow. Only with `IPV8_SOAK=1`, and alone in its file because it measures the
//! whole process.
#![cfg(target_os = "linux")]

use std::time::Duration;

use ipv8_core::launch::DiscoveryLauncher;
use ipv8_core::node::TrackerConfig;
use ipv8_core::prelude::*;
use ipv8_tests::desk::{address, key};

const NODES: u16 = 64;
const MINUTES: u32 = 10;

/// What the process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Resident memory in kB.
    memory: usize,
    handles: usize,
    tasks: usize,
}

fn held() -> Held {
    let status = std::fs::read_to_string("/proc/self/status").expect("it is there");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let memory = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    let handles = std::fs::read_dir("/proc/self/fd").expect("it is there");
    Held {
        memory: memory.expect("a number"),
        handles: handles.count(),
        tasks: tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_nodes_hold_no_more_after_ten_minutes_than_after_three() {
    if std::env::var_os("IPV8_SOAK").is_none_or(|value| value != "1") {
        eprintln!("skipped: set IPV8_SOAK=1 to run it");
        return;
    }
    let loopback = address("127.0.0.1:0");
    let tracker = TrackerConfig::new().interfaces([loopback]).launch().await;
    let tracker = tracker.expect("a tracker");
    let mut nodes = Vec::new();
    for number in 1..=NODES {
        let configuration = Config::default()
            .key(key(number))
            .interfaces([loopback])
            .cores(1)
            .bootstrap([tracker.address()]);
        let launchers = Launchers::new().with(DiscoveryLauncher);
        let node = launchers.config(configuration).launch().await;
        nodes.push(node.expect("it is launched"));
    }
    let mut early = None;
    for minute in 1..=MINUTES {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let now = held();
        eprintln!("after {minute} minutes: {now:?}");
        let Some(early) = early else {
            early = (minute == 3).then_some(now);
            continue;
        };
        let Held {
            memory,
            handles,
            tasks,
        } = early;
        assert!(
            now.memory <= memory + memory / 10,
            "{now:?}, before {early:?}"
        );
        assert!(now.handles <= handles, "{now:?}, before {early:?}");
        assert!(now.tasks <= tasks, "{now:?}, before {early:?}");
    }
    for node in &nodes {
        let stats = node.stats().await.expect("it runs");
        assert!(stats.peers >= 10, "{}", stats.peers);
        assert_eq!((stats.engine.panics, stats.hanging_calls), (0, 0));
    }
}
