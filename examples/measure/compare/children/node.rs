//! A node of this library, launched as usual. It knows some peers before the first request.

use std::io::BufRead;
use std::thread;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::PublicKey;
use ipv8_core::prelude::*;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::say;
use crate::Result;
use ipv8_examples::measure::compare::population;

/// The name of this measured process.
pub(super) const NAME: &str = "node";

/// A community without messages.
pub(crate) struct Plain;

impl Community for Plain {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"compare with py-ipv8");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> std::result::Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[overlay(Plain)]
pub(super) struct PlainLauncher;

#[overlay(DiscoveryCommunity)]
struct DiscoveryLauncher;

/// Runs until the end of its input.
pub(super) fn run(arguments: &Value) -> Result<()> {
    ipv8_examples::logging::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Value) -> Result<()> {
    let configuration = Config::new()
        .interfaces(["127.0.0.1:0".parse()?])
        .max_peers(-1);
    let launchers = Launchers::new().config(configuration);
    let count = arguments["peers"].as_u64().unwrap_or_default();
    let ipv8 = if arguments["community"] == "discovery" {
        let ipv8 = launchers.with(DiscoveryLauncher).launch().await?;
        know::<DiscoveryCommunity>(&ipv8, count).await?;
        ipv8
    } else {
        let ipv8 = launchers.with(PlainLauncher).launch().await?;
        know::<Plain>(&ipv8, count).await?;
        ipv8
    };
    let address = ipv8.local_addresses().first().ok_or("no socket")?;
    say(&json!({"listening": address.to_string()}))?;
    end_of_input().await;
    ipv8.stop().await;
    Ok(())
}

/// Adds `count` peers, read from the next lines of the input, as verified peers. Each counts as
/// having sent a signed message.
async fn know<C: Community>(ipv8: &Ipv8, count: u64) -> Result<()> {
    let overlay = ipv8.overlay::<C>().ok_or("it was launched")?;
    for _ in 0..count {
        let (key, address) = population::read(&mut std::io::stdin().lock())?;
        let key = PublicKey::from_bytes(&key)?;
        let known = overlay.call(move |_, cx| {
            let peer = Peer::new(key, address, cx.now());
            let id = cx.community_id();
            cx.peer_graph_mut().add_peer_of(&peer, id);
        });
        known.await?;
    }
    let known = overlay.call(|_, cx| cx.peer_count() as u64).await?;
    if known != count {
        return Err(format!("expected {count} known peers, found {known}").into());
    }
    Ok(())
}

async fn end_of_input() {
    let (end, ended) = oneshot::channel();
    thread::spawn(move || {
        let lines = std::io::stdin().lock().lines();
        lines.map_while(std::io::Result::ok).for_each(drop);
        let _ = end.send(());
    });
    // An error means that the thread has ended, too.
    let _ = ended.await;
}
