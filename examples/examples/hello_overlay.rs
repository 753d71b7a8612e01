//! py-ipv8's overlay tutorial: three peers find each other and keep a Lamport clock together.
//!
//! `cargo run --example hello_overlay`
//!
//! The tutorial uses the public trackers and runs for ever; this one brings a tracker of its own,
//! stays on this machine, and ends when every clock has reached 20.

use std::time::Duration;

use ipv8_core::prelude::*;
use ipv8_core::runtime::RunningTracker;

#[derive(Payload)]
#[payload(id = 1)]
struct MyMessage {
    clock: i64,
}

struct MyCommunity {
    lamport_clock: i64,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"hello overlay, hello");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self { lamport_clock: 0 })
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed MyMessage => Self::on_message);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        println!("I am {}, I found {peer}", cx.my_mid());
        self.tell(peer, cx);
    }
}

impl MyCommunity {
    fn on_message(&mut self, peer: &Peer, message: MyMessage, cx: &mut Context<'_>) {
        self.lamport_clock = self.lamport_clock.max(message.clock) + 1;
        println!("{} current clock: {}", cx.my_mid(), self.lamport_clock);
        if self.lamport_clock < 20 {
            self.tell(peer, cx);
        }
    }

    fn tell(&self, peer: &Peer, cx: &mut Context<'_>) {
        let message = MyMessage {
            clock: self.lamport_clock,
        };
        if let Err(error) = cx.send(peer, &message) {
            eprintln!("{peer} was not told: {error}");
        }
    }
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args_os().len() > 1 {
        eprintln!("error: there are no arguments\n\nUsage: hello_overlay");
        std::process::exit(2);
    }
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let here = Configuration::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .bootstrap([tracker.address()]);
        nodes.push(Launchers::collected().configuration(here).launch().await?);
    }
    for node in &nodes {
        let overlay = node
            .overlay::<MyCommunity>()
            .ok_or("the overlay was launched")?;
        while overlay.call(|community, _| community.lamport_clock).await? < 20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    for node in &nodes {
        node.stop().await;
    }
    tracker.stop().await;
    Ok(())
}
