//! What a user of the library writes: a community, a strategy, and the annotated struct that launches both.

use std::collections::HashSet;
use std::time::Instant;

use ipv8_core::crypto::Mid;
use ipv8_core::prelude::*;

/// A greeting. Signed, so that the receiver knows who sent it.
#[derive(Payload)]
#[payload(id = 1)]
pub(crate) struct Hello {
    /// How many peers the sender has.
    peers: u32,
    text: String,
}

/// Peers that greet each other, and remember when they met and heard whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Greeters {
    /// When this node had its first peer, its second, and so on.
    pub(crate) found_at: Vec<Instant>,
    /// When it heard from the first of its peers, from the second, and so on.
    pub(crate) heard_at: Vec<Instant>,
    /// How many hellos it sent.
    pub(crate) sent: u64,
    /// How many hellos it got, those of strangers included.
    pub(crate) received: u64,
    heard: HashSet<Mid>,
}

impl Community for Greeters {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"quickstart greeters!");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Hello => Self::on_hello);
    }

    fn on_peer_added(&mut self, _peer: &Peer, cx: &mut Context<'_>) {
        if cx.peer_count() > self.found_at.len() {
            self.found_at.push(cx.now());
        }
    }
}

impl Greeters {
    fn on_hello(&mut self, peer: &Peer, hello: Hello, cx: &mut Context<'_>) {
        tracing::debug!(%peer, peers = hello.peers, text = hello.text, "hello");
        self.received += 1;
        // Anybody can make a key and sign: only peers count.
        let is_peer = cx.network().peer(peer.key()).is_some();
        if is_peer && self.heard.insert(peer.mid()) {
            self.heard_at.push(cx.now());
        }
    }

    fn say_hello(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let hello = Hello {
            peers: u32::try_from(cx.peer_count()).unwrap_or(u32::MAX),
            text: format!("hello, I am {}", cx.my_mid()),
        };
        match cx.send(peer, &hello) {
            Ok(()) => self.sent += 1,
            Err(error) => tracing::warn!(%peer, %error, "a hello was not sent"),
        }
    }
}

/// Says hello to one random peer at each step: never more than one message per walk interval.
#[derive(Default)]
pub(crate) struct SayHello;

impl DiscoveryStrategy<Greeters> for SayHello {
    fn take_step(&mut self, greeters: &mut Greeters, cx: &mut Context<'_>) {
        if let Some(peer) = cx.random_peer() {
            greeters.say_hello(&peer, cx);
        }
    }
}

/// Launches [`Greeters`]: looks for `target` peers by a random walk, and says hello for ever. Every node of the quickstart is made
/// from this.
#[overlay(Greeters)]
#[walk_strategy(RandomWalk, target_peers = self.target)]
#[walk_strategy(SayHello, target_peers = -1)]
pub(crate) struct GreetersLauncher {
    /// How many peers are enough. Default 20.
    pub(crate) target: i32,
}

impl Default for GreetersLauncher {
    fn default() -> Self {
        Self { target: 20 }
    }
}
