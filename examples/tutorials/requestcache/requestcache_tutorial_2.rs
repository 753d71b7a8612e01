//! py-ipv8's request cache tutorial, part 2: a state that times out.
//!
//! `cargo run --example requestcache_tutorial_2`

use std::any::Any;
use std::time::Duration;

use ipv8_core::prelude::*;

struct MyState {
    state: u32,
}

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"request tutorial 002");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn started(&mut self, cx: &mut Context<'_>) {
        // The state times out after 3 seconds.
        let timeout = Duration::from_secs(3);
        if let Err(error) = cx.add_request("my-state", timeout, MyState { state: 42 }) {
            eprintln!("{error}");
        }
    }

    // No answer took the state back, so it comes here.
    fn on_request_timeout(
        &mut self,
        prefix: &'static str,
        _number: u16,
        data: Box<dyn Any + Send>,
        _cx: &mut Context<'_>,
    ) {
        let state = data.downcast_ref().map(|state: &MyState| state.state);
        assert_eq!((prefix, state), ("my-state", Some(42)));
        println!("Oh no! I never received a response!");
    }
}

#[overlay(MyCommunity)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let ipv8 = Launchers::collected().config(here).launch().await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    ipv8.stop().await;
    Ok(())
}
