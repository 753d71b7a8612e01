//! py-ipv8's overlay tutorial, part 3: loading a custom overlay.
//!
//! `cargo run --example overlay_tutorial_3`

use std::time::Duration;

use ipv8_core::prelude::*;

struct MyCommunity;

impl Community for MyCommunity {
    // The id of this community: 20 bytes of your own choice. Other peers find this community by it.
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"overlay tutorial 003");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

// Let the node load our overlay, and try to find other peers in it by a RandomWalk until we have 10 of them.
#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut nodes = Vec::new();
    for i in [1, 2] {
        // Two different peers need two different keys. Each is made when its file is missing, and read ever after.
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .key_file(folder.path().join(format!("ec{i}.pem")));
        let launchers = Launchers::collected().configuration(configuration);
        nodes.push(launchers.launch().await?);
    }

    // Our overlay is loaded twice, but it does not do anything yet.
    tokio::time::sleep(Duration::from_secs(1)).await;

    for node in nodes {
        node.stop().await;
    }
    Ok(())
}
