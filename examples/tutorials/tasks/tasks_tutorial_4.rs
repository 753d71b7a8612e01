//! py-ipv8's tasks tutorial, part 4: tasks whose names do not matter.
//!
//! `cargo run --example tasks_tutorial_4`

use std::time::Duration;

use ipv8_core::prelude::*;

#[derive(Default)]
struct MyCommunity {
    completed: Vec<u32>,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"tasks tutorial 00004");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }
}

impl MyCommunity {
    fn execute_me_too(&mut self, i: u32) {
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

    // All tasks are due in half a second, so together they take just over half a second.
    for i in 0..20 {
        let task = Task::after(
            Duration::from_millis(500),
            move |community: &mut MyCommunity, _| {
                community.execute_me_too(i);
            },
        );
        overlay
            .call(|_, cx| cx.register_anonymous_task("execute_me_too", task))
            .await??;
    }
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
