//! py-ipv8's discovery strategy tutorial, part 2: naming your own strategy in a
//! configuration.
//!
//! `cargo run --example discoverystrategy_tutorial_2`

use ipv8_core::config::{LauncherConfig, StrategyConfig};
use ipv8_core::engine::Event;
use ipv8_core::prelude::*;

#[derive(Default, Options)]
struct MyDiscoveryStrategy {}

impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"strategy tutorial 02");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    // py-ipv8's `get_available_strategies`: the strategies that a configuration may name.
    // RandomWalk and EdgeWalk are always available.
    fn available(available: &mut Available<Self>) {
        available.strategy::<MyDiscoveryStrategy>();
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A TOML or JSON file can set the same.
    let definition = StrategyConfig::new("MyDiscoveryStrategy", -1);
    let overlay = LauncherConfig::new("MyCommunity").strategies([definition]);
    let configuration = Config::new()
        .interfaces(["127.0.0.1:0".parse()?])
        .add_overlay(overlay);

    // Without a launcher, the configuration needs to know the name `MyCommunity`.
    let launchers = Launchers::new().community::<MyCommunity>();
    let ipv8 = launchers.config(configuration).launch().await?;
    let mut events = ipv8.events();
    loop {
        if let Event::Step(step) = events.recv().await? {
            assert_eq!(step.strategy.to_string(), "MyDiscoveryStrategy");
            break;
        }
    }
    ipv8.stop().await;
    Ok(())
}
