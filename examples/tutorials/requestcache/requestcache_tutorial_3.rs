//! py-ipv8's request cache tutorial, part 3: the easier way. Two peers help each other
//! count to 10.
//!
//! `cargo run --example requestcache_tutorial_3`

use std::time::Duration;

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;

/// The identifier matches answers to requests; the library fills it in.
#[derive(Clone, Payload)]
#[payload(id = 1, response = MyResponse)]
struct MyRequest {
    value: u32,
    #[payload(identifier)]
    identifier: u32,
}

#[derive(Payload)]
#[payload(id = 2)]
struct MyResponse {
    value: u32,
    #[payload(identifier)]
    identifier: u32,
}

#[derive(Default)]
struct MyCommunity {
    done: bool,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"request tutorial 003");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    // `request`: the returned value is sent back, and answers to our requests are accepted.
    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: request MyRequest => Self::on_request);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        self.ask(peer, 0, cx);
    }
}

impl MyCommunity {
    fn ask(&mut self, peer: &Peer, value: u32, cx: &mut Context<'_>) {
        let request = MyRequest {
            value,
            identifier: 0,
        };
        let asked = peer.clone();
        let on_answer = move |community: &mut Self, response, cx: &mut Context<'_>| {
            community.on_response(&asked, value, response, cx);
        };
        let timeout = Duration::from_secs(10);
        match cx.request(peer, request.clone(), timeout, on_answer) {
            Ok(identifier) => {
                // To spice things up, we send the request again. It gets two answers, and one is
                // ignored.
                let replay = cx.send(peer, &MyRequest { value, identifier });
                assert_eq!(replay, Ok(()));
            }
            Err(error) => eprintln!("cannot ask {peer}: {error}"),
        }
    }

    // Our service increments the value of the request.
    fn on_request(
        &mut self,
        _peer: &Peer,
        request: MyRequest,
        _cx: &mut Context<'_>,
    ) -> MyResponse {
        MyResponse {
            value: request.value.saturating_add(1),
            identifier: request.identifier,
        }
    }

    fn on_response(
        &mut self,
        peer: &Peer,
        asked: u32,
        response: Result<MyResponse, RequestError>,
        cx: &mut Context<'_>,
    ) {
        match response {
            Ok(response) => {
                println!("{peer} responded to: {asked} with: {}", response.value);
                self.done = response.value == 10;
                if !self.done {
                    self.ask(peer, response.value, cx);
                }
            }
            // UDP loses messages: ask again.
            Err(RequestError::Timeout) => self.ask(peer, asked, cx),
            Err(_) => {}
        }
    }
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 10, timeout = 3.0)]
struct MyLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracker = RunningTracker::launch("127.0.0.1:0".parse()?).await?;
    let mut nodes = Vec::new();
    for _ in [1, 2] {
        let configuration = Config::new()
            .interfaces(["127.0.0.1:0".parse()?])
            .bootstrap([tracker.address()]);
        let launchers = Launchers::collected().config(configuration);
        nodes.push(launchers.launch().await?);
    }
    for node in &nodes {
        let overlay = node.overlay::<MyCommunity>().ok_or("not launched")?;
        while !overlay.call(|community, _| community.done).await? {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    for node in nodes {
        node.stop().await;
    }
    tracker.stop().await;
    Ok(())
}
