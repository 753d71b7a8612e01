//! Many nodes of this library and a tracker in one process: the time until each node has found
//! enough peers. The counterpart of `python/nodes.py`.

use std::time::{Duration, Instant};

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;
use serde_json::{Value, json};

use super::say;
use crate::Result;

/// The name of this measured process.
pub(super) const NAME: &str = "nodes";

/// The longest time to wait. A node with too few peers by then counts with this time.
const LIMIT: Duration = Duration::from_secs(60);

/// Records the time until there are enough peers.
struct Seeker {
    launched: Instant,
    enough: usize,
    took: Option<Duration>,
}

impl Community for Seeker {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"compare with py-ipv8");
    type Settings = Enough;

    fn new(settings: Enough, _cx: &mut Context<'_>) -> std::result::Result<Self, CommunityError> {
        Ok(Self {
            launched: Instant::now(),
            enough: settings.peers,
            took: None,
        })
    }

    fn on_peer_added(&mut self, _peer: &Peer, cx: &mut Context<'_>) {
        if self.took.is_none() && cx.peer_count() >= self.enough {
            self.took = Some(self.launched.elapsed());
        }
    }
}

/// The number of peers that is enough.
#[derive(Default)]
struct Enough {
    peers: usize,
}

#[overlay(Seeker)]
#[kwargs(peers = self.peers)]
#[walk_strategy(RandomWalk, target_peers = self.target)]
struct SeekerLauncher {
    peers: usize,
    target: i32,
}

impl Default for SeekerLauncher {
    fn default() -> Self {
        Self {
            peers: 20,
            target: 20,
        }
    }
}

/// Runs until all nodes have enough peers.
pub(super) fn run(arguments: &Value) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(seek(arguments))
}

async fn seek(arguments: &Value) -> Result<()> {
    let number = |name: &str| arguments[name].as_u64().unwrap_or_default();
    let peers = number("peers") as usize;
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let mut nodes = Vec::new();
    for _ in 0..number("nodes") {
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .bootstrap([tracker.address()]);
        let launcher = SeekerLauncher {
            peers,
            target: peers.try_into()?,
        };
        let launchers = Launchers::new().with(launcher).config(configuration);
        nodes.push(launchers.launch().await?);
    }
    let begun = Instant::now();
    let mut took = vec![None; nodes.len()];
    while took.iter().any(Option::is_none) && begun.elapsed() < LIMIT {
        tokio::time::sleep(Duration::from_millis(10)).await;
        for (node, took) in nodes
            .iter()
            .zip(&mut took)
            .filter(|(_, took)| took.is_none())
        {
            let overlay = node.overlay::<Seeker>().ok_or("it was launched")?;
            *took = overlay.call(|seeker, _| seeker.took).await?;
        }
    }
    let mut datagrams = 0;
    for node in &nodes {
        datagrams += node.stats().await?.engine.datagrams_out;
    }
    let seconds: Vec<f64> = took
        .iter()
        .map(|took| took.unwrap_or(LIMIT).as_secs_f64())
        .collect();
    say(&json!({"seconds": seconds, "datagrams": datagrams}))?;
    for node in nodes {
        node.stop().await;
    }
    tracker.stop().await;
    Ok(())
}
