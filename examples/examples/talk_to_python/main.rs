//! A node that talks to py-ipv8: `hello.py` beside this file is the other side.
//!
//! ```console
//! $ cargo run --example talk_to_python
//! $ pip install pyipv8==3.2.1 && python examples/examples/talk_to_python/hello.py
//! ```
//!
//! The program starts a tracker on `127.0.0.1:6421` and one node, and waits for Python to join.
//! Each side greets the other and ends when it was greeted. An argument changes the tracker's
//! address.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::node::RunningTracker;
use ipv8_core::prelude::*;

/// The same message as `Hello` in `hello.py`: field by field, in this order.
#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    text: String,
    count: u32,
}

#[derive(Default)]
struct HelloCommunity {
    greeted: u32,
}

impl Community for HelloCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"hello rust and pyipv");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Hello => Self::on_hello);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let text = "hello from Rust".to_owned();
        if let Err(error) = cx.send(peer, &Hello { text, count: 1 }) {
            eprintln!("cannot greet {peer}: {error}");
        }
    }
}

impl HelloCommunity {
    fn on_hello(&mut self, peer: &Peer, hello: Hello, _cx: &mut Context<'_>) {
        println!("{peer} says {:?}, count {}", hello.text, hello.count);
        self.greeted += 1;
    }
}

#[overlay(HelloCommunity)]
#[walk_strategy(RandomWalk, target_peers = 20)]
struct HelloLauncher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listen = std::env::args().nth(1);
    let listen: SocketAddr = listen.as_deref().unwrap_or("127.0.0.1:6421").parse()?;
    let tracker = RunningTracker::launch(listen).await?;
    println!("tracker on {}, waiting for hello.py", tracker.address());
    let config = Config::new()
        .interfaces(["127.0.0.1:0".parse()?])
        .bootstrap([tracker.address()]);
    let node = Launchers::collected().config(config).launch().await?;

    let overlay = node.overlay::<HelloCommunity>().ok_or("not launched")?;
    while overlay.call(|community, _| community.greeted).await? == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Python may still wait for our greeting.
    tokio::time::sleep(Duration::from_secs(1)).await;
    node.stop().await;
    tracker.stop().await;
    Ok(())
}
