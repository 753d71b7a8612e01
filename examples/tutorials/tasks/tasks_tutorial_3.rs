//! py-ipv8's tasks tutorial, part 3: adding tasks. Every community manages its tasks, by
//! name.
//!
//! `cargo run --example tasks_tutorial_3`

use std::time::Duration;

use ipv8_core::prelude::*;

#[derive(Default)]
struct MyCommunity {
    completed: Vec<u32>,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"tasks tutorial 00003");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }
}

async fn execute_me_too(i: u32) -> u32 {
    tokio::time::sleep(Duration::from_millis(500)).await;
    i
}

impl MyCommunity {
    // The community gets the future's output in a method of its own.
    fn on_executed(&mut self, i: u32, _cx: &mut Context<'_>) {
        self.completed.push(i);
    }
}

#[overlay(MyCommunity)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here).launch().await?;
    let overlay = ipv8.overlay::<MyCommunity>().ok_or("not launched")?;

    let on_executed = MyCommunity::on_executed;
    overlay
        .spawn("execute_me_too1", execute_me_too(1), on_executed)
        .await?;
    overlay
        .spawn("execute_me_too2", execute_me_too(2), on_executed)
        .await?;
    overlay.cancel_task("execute_me_too1").await?;

    // Without this wait, stopping the node would cancel the other task, too.
    while !overlay.tasks().await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let completed = overlay
        .call(|community, _| community.completed.clone())
        .await?;
    ipv8.stop().await;
    println!("{completed:?}");
    Ok(())
}
