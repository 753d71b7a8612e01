//! py-ipv8's overlay tutorial, part 5: adding messages. Three peers keep a Lamport clock together.
//!
//! `cargo run --example overlay_tutorial_5`

use std::time::Duration;

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;

/// The value 1 identifies this message and must be unique in its community.
#[derive(Payload)]
#[payload(id = 1)]
struct MyMessage {
    clock: i64,
}

struct MyCommunity {
    /// The Lamport clock that this peer maintains.
    lamport_clock: i64,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"overlay tutorial 005");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self { lamport_clock: 0 })
    }

    // Register the handler of the message. `signed`: the handler gets the peer that sent it.
    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed MyMessage => Self::on_message);
    }

    // Start a task, now and every half second. It belongs to this overlay and ends with it.
    fn started(&mut self, cx: &mut Context<'_>) {
        let interval = Duration::from_millis(500);
        let task = Self::start_communication;
        if let Err(error) = cx.every_after("start_communication", Duration::ZERO, interval, task) {
            eprintln!("{error}");
        }
    }
}

impl MyCommunity {
    fn start_communication(&mut self, cx: &mut Context<'_>) {
        if self.lamport_clock > 0 {
            cx.cancel_task("start_communication");
            return;
        }
        // If we have not started counting, talk to the known peers.
        let peers: Vec<Peer> = cx.peers().cloned().collect();
        for peer in &peers {
            self.tell(peer, cx);
        }
    }

    fn on_message(&mut self, peer: &Peer, message: MyMessage, cx: &mut Context<'_>) {
        // Update our Lamport clock.
        self.lamport_clock = self.lamport_clock.max(message.clock) + 1;
        println!("{} current clock: {}", cx.my_peer(), self.lamport_clock);
        // Then synchronize with the network again. (Python's tutorial does so for ever.)
        if message.clock < 20 {
            self.tell(peer, cx);
        }
    }

    fn tell(&self, peer: &Peer, cx: &mut Context<'_>) {
        let clock = self.lamport_clock;
        if let Err(error) = cx.send(peer, &MyMessage { clock }) {
            eprintln!("cannot send to {peer}: {error}");
        }
    }
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let mut nodes = Vec::new();
    for _ in [1, 2, 3] {
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .bootstrap([tracker.address()]);
        let launchers = Launchers::collected().config(configuration);
        nodes.push(launchers.launch().await?);
    }

    // Wait until every node took part and a clock has reached 20.
    let mut clocks = vec![0; nodes.len()];
    while clocks.contains(&0) || clocks.iter().all(|clock| *clock < 20) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for (node, clock) in nodes.iter().zip(&mut clocks) {
            let overlay = node.overlay::<MyCommunity>().ok_or("not launched")?;
            *clock = overlay.call(|community, _| community.lamport_clock).await?;
        }
    }
    for node in nodes {
        node.stop().await;
    }
    tracker.stop().await;
    Ok(())
}
