//! py-ipv8's overlay tutorial, part 3: loading a custom overlay.
//!
//! `cargo run --example overlay_tutorial_3`

use std::time::Duration;

use ipv8_core::prelude::*;

struct MyCommunity;

impl Community for MyCommunity {
    // The id of this community: 20 bytes of your choice. Other peers find it by this id.
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"overlay tutorial 003");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

// Loads our overlay and finds peers with a RandomWalk until there are 10.
#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut nodes = Vec::new();
    for i in [1, 2] {
        // Two peers need two keys. Each key file is created if it is missing, and read afterwards.
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .key_file(folder.path().join(format!("ec{i}.pem")));
        let launchers = Launchers::collected().config(configuration);
        nodes.push(launchers.launch().await?);
    }

    // Our overlay is loaded twice, but it does nothing yet.
    tokio::time::sleep(Duration::from_secs(1)).await;

    for node in nodes {
        node.stop().await;
    }
    Ok(())
}
