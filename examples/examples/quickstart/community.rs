//! The part that a user of the library writes: a community, a strategy, and the launcher of both.

use std::collections::HashSet;
use std::time::Instant;

use ipv8_core::crypto::Mid;
use ipv8_core::prelude::*;

/// A greeting. It is signed, so the receiver knows its sender.
#[derive(Payload)]
#[payload(id = 1)]
pub(crate) struct Hello {
    /// Number of the sender's peers.
    peers: u32,
    text: String,
}

/// Greets its peers, and records when it found and heard them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Greeters {
    /// Times at which this node had its first peer, its second, and so on.
    pub(crate) found_at: Vec<Instant>,
    /// Times at which it first heard one of its peers, two of them, and so on.
    pub(crate) heard_at: Vec<Instant>,
    /// Hellos sent.
    pub(crate) sent: u64,
    /// Hellos received, those of strangers included.
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
        // A stranger can sign, too: only hellos of peers count.
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
            Err(error) => tracing::warn!(%peer, %error, "cannot send a hello"),
        }
    }
}

/// Greets one random peer in each step: at most one message in a walk interval.
#[derive(Default)]
pub(crate) struct SayHello;

impl DiscoveryStrategy<Greeters> for SayHello {
    fn take_step(&mut self, greeters: &mut Greeters, cx: &mut Context<'_>) {
        if let Some(peer) = cx.random_peer() {
            greeters.say_hello(&peer, cx);
        }
    }
}

/// Launches [`Greeters`]: a random walk to `target` peers, and hellos for ever. Every node of the
/// quickstart is launched from this.
#[overlay(Greeters)]
#[walk_strategy(RandomWalk, target_peers = self.target)]
#[walk_strategy(SayHello, target_peers = -1)]
pub(crate) struct GreetersLauncher {
    /// Number of peers at which the walk rests. Default 20.
    pub(crate) target: i32,
}

impl Default for GreetersLauncher {
    fn default() -> Self {
        Self { target: 20 }
    }
}
