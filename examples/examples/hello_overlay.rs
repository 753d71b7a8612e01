//! The shortest whole program: two nodes on this machine meet through a tracker and greet.
//!
//! `cargo run --example hello_overlay`
//!
//! py-ipv8's overlay tutorial, step by step: `overlay_tutorial_1` to `overlay_tutorial_5`.

use std::time::Duration;

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;

#[derive(Default)]
struct MyCommunity {
    hellos: u64,
}

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    text: String,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"hello overlay, hello");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Hello => Self::on_hello);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let text = format!("hello from {}", cx.my_mid());
        if let Err(error) = cx.send(peer, &Hello { text }) {
            eprintln!("cannot greet {peer}: {error}");
        }
    }
}

impl MyCommunity {
    fn on_hello(&mut self, peer: &Peer, hello: Hello, _cx: &mut Context<'_>) {
        self.hellos += 1;
        println!("{peer} says {}", hello.text);
    }
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 20)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args_os().len() > 1 {
        eprintln!("error: unexpected argument\n\nUsage: hello_overlay");
        std::process::exit(2);
    }
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let here = Config::new()
        .interfaces(["127.0.0.1:0".parse()?])
        .bootstrap([tracker.address()]);
    let one = Launchers::collected().config(here.clone()).launch().await?;
    let other = Launchers::collected().config(here).launch().await?;

    for node in [&one, &other] {
        let overlay = node.overlay::<MyCommunity>().ok_or("it was launched")?;
        while overlay.call(|community, _| community.hellos).await? == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    one.stop().await;
    other.stop().await;
    tracker.stop().await;
    Ok(())
}
