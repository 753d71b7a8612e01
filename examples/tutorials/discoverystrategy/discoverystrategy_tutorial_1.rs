//! py-ipv8's discovery strategy tutorial, part 1: writing a strategy and adding it to a
//! running node.
//!
//! `cargo run --example discoverystrategy_tutorial_1`

use ipv8_core::engine::Event;
use ipv8_core::prelude::*;

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"strategy tutorial 01");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

struct MyDiscoveryStrategy;

impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
    // There is no `walk_lock`: nothing else runs during a step.
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        // Insert your logic here. For example:
        if let Some(peer) = cx.random_peer() {
            cx.send_introduction_request(&peer);
        }
    }
}

#[overlay(MyCommunity)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here).launch().await?;
    let mut events = ipv8.events();

    // -1: the strategy never rests. Otherwise it rests while the overlay has that many peers.
    let target_peers = -1;
    let overlay = ipv8.overlay::<MyCommunity>().ok_or("no overlay")?;
    overlay
        .add_strategy(MyDiscoveryStrategy, target_peers)
        .await?;

    // From now on it has a turn twice a second.
    loop {
        if let Event::Step(step) = events.recv().await? {
            assert_eq!(step.strategy.to_string(), "MyDiscoveryStrategy");
            break;
        }
    }
    ipv8.stop().await;
    Ok(())
}
