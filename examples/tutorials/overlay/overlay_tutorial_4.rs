//! py-ipv8's overlay tutorial, part 4: printing the known peers.
//!
//! `cargo run --example overlay_tutorial_4`

use std::time::Duration;

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"overlay tutorial 004");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    // py-ipv8 has `PeerObserver` for this; here every community is an observer.
    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        println!("I am: {} I found: {peer}", cx.my_peer());
    }

    fn on_peer_removed(&mut self, _peer: &Peer, _cx: &mut Context<'_>) {}
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A tracker introduces the nodes. Python's tutorial asks the public ones; this one has its own.
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let mut nodes = Vec::new();
    for _ in [1, 2] {
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .bootstrap([tracker.address()]);
        let launchers = Launchers::collected().config(configuration);
        nodes.push(launchers.launch().await?);
    }

    // Python's tutorial runs for ever; this one ends when both nodes have found each other.
    for node in &nodes {
        let overlay = node.overlay::<MyCommunity>().ok_or("not launched")?;
        while overlay.peers().await?.is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    for node in nodes {
        node.stop().await;
    }
    tracker.stop().await;
    Ok(())
}
