//! py-ipv8's overlay tutorial, part 2: running two IPv8 services.
//!
//! `cargo run --example overlay_tutorial_2`

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::prelude::*;

#[overlay(DiscoveryCommunity)]
#[walk_strategy(RandomWalk, target_peers = 20, timeout = 3.0)]
struct Discovery;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).init();

    // The first node takes port 8090, or the next free one.
    let here = Config::new().interfaces(["127.0.0.1:8090".parse()?]);
    let first = Launchers::collected().config(here.clone()).launch().await?;

    // The second node asks for the same port, which is in use, and gets another one.
    let second = Launchers::collected().config(here).launch().await?;

    assert_ne!(first.local_addresses(), second.local_addresses());
    first.stop().await;
    second.stop().await;
    Ok(())
}
