//! py-ipv8's tasks tutorial, part 5: periodic and delayed tasks.
//!
//! `cargo run --example tasks_tutorial_5`

use std::time::Duration;

use ipv8_core::prelude::*;

#[derive(Default)]
struct MyCommunity {
    completed: Vec<u32>,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"tasks tutorial 00005");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }
}

impl MyCommunity {
    fn execute_me_too(&mut self, i: u32, cx: &mut Context<'_>) {
        if self.completed.len() == 20 {
            cx.cancel_task("keep adding 1");
            return;
        }
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

    // Periodic tasks keep their rhythm here, so the fifth 1 would be due at the same moment as the
    // 2. A delay slightly shorter than in Python's tutorial avoids that.
    let (interval, delay) = (Duration::from_millis(100), Duration::from_millis(450));
    let one = |community: &mut MyCommunity, cx: &mut Context<'_>| community.execute_me_too(1, cx);
    let two = |community: &mut MyCommunity, cx: &mut Context<'_>| community.execute_me_too(2, cx);
    overlay.every("keep adding 1", interval, one).await?;
    overlay.after("sneaky inject", delay, two).await?;

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
