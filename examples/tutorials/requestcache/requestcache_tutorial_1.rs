//! py-ipv8's request cache tutorial, part 1: storing a state and taking it back.
//!
//! `cargo run --example requestcache_tutorial_1`

use std::time::Duration;

use ipv8_core::prelude::*;

struct MyState {
    state: u32,
}

#[derive(Default)]
struct MyCommunity {
    /// The number of the state: unique among those of "my-state".
    number: Option<u16>,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"request tutorial 001");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn started(&mut self, cx: &mut Context<'_>) {
        if let Err(error) = cx.after("Add later", Duration::from_millis(1230), Self::foo) {
            eprintln!("{error}");
        }
    }
}

impl MyCommunity {
    /// Stores a state for at most ten seconds.
    fn foo(&mut self, cx: &mut Context<'_>) {
        let state = MyState { state: 42 };
        self.number = cx
            .add_request("my-state", Duration::from_secs(10), state)
            .ok();
    }

    /// Takes the state back if it exists. Usually the handler of an answer does this.
    fn bar(&mut self, cx: &mut Context<'_>) -> Option<MyState> {
        cx.pop_request("my-state", self.number?)
    }
}

#[overlay(MyCommunity)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here).launch().await?;
    let overlay = ipv8.overlay::<MyCommunity>().ok_or("not launched")?;

    let found = loop {
        match overlay.call(MyCommunity::bar).await? {
            Some(found) => break found,
            None => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    println!("I found a cache with the state: {}", found.state);
    ipv8.stop().await;
    Ok(())
}
