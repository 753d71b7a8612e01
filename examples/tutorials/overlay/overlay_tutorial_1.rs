//! py-ipv8's overlay tutorial, part 1: running the IPv8 service.
//!
//! `cargo run --example overlay_tutorial_1`

use std::time::Duration;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::prelude::*;

/// One of the overlays that py-ipv8 runs by default.
#[overlay(DiscoveryCommunity)]
#[walk_strategy(RandomWalk, target_peers = 20, timeout = 3.0)]
#[walk_strategy(RandomChurn, target_peers = -1)]
#[walk_strategy(PeriodicSimilarity, target_peers = -1)]
struct Discovery;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A subscriber prints the log.
    tracing_subscriber::fmt().with_ansi(false).init();

    // Launch every launcher of this program, on this machine only. `ipv8_core::launch_all()` uses
    // the default port and all interfaces.
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here).launch().await?;

    // `ipv8.until_stopped().await` would wait until the user presses Ctrl-C.
    tokio::time::sleep(Duration::from_secs(1)).await;

    // Shut down: unload the overlays, close the socket.
    ipv8.stop().await;
    Ok(())
}
