//! Unanswered pings.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::{Rng, RngExt};

use crate::crypto::PublicKey;
use crate::state::network::PeerGraph;
use crate::state::peer::Peer;

/// The time to wait for a pong (py-ipv8's `PingRequestCache`).
pub const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of unanswered pings; a further one expels the oldest. `RandomChurn` has at most 80
/// with its defaults.
pub const MAX_OPEN_PINGS: usize = 1_024;

/// The number of wrong pongs from a pinged address after which its pings are forgotten. An attacker
/// who guesses then hits one of 65,536 numbers in at most 0.8 % of the cases; with a lower number,
/// a few forged pongs would make us drop a living peer.
pub const MAX_WRONG_PONGS: u16 = 512;

/// An unanswered ping.
#[derive(Debug)]
struct OpenPing {
    key: PublicKey,
    address: SocketAddr,
    sent: Instant,
    wrong: u16,
}

/// The pings of the last [`PING_TIMEOUT`], by the number they carry, oldest first.
///
/// py-ipv8 uses its message counter as the number, which every receiver of a packet knows, and
/// accepts a pong with it from anyone. Here the number is random, and the pong must come from the
/// pinged address or another known address of the peer.
#[derive(Debug, Default)]
pub(super) struct OpenPings(IndexMap<u16, OpenPing>);

impl OpenPings {
    /// Adds a ping to `peer`, and returns the number that it must carry.
    pub(super) fn open(&mut self, peer: &Peer, now: Instant, rng: &mut (impl Rng + ?Sized)) -> u16 {
        self.expire(now);
        if self.0.len() >= MAX_OPEN_PINGS {
            self.0.shift_remove_index(0);
        }
        // This ends, because few of the numbers are in use.
        let mut number = rng.random::<u16>();
        while self.0.contains_key(&number) {
            number = rng.random();
        }
        let ping = OpenPing {
            key: peer.key().clone(),
            address: peer.address(),
            sent: now,
            wrong: 0,
        };
        self.0.insert(number, ping);
        number
    }

    /// Forgets a ping that could not be sent.
    pub(super) fn forget(&mut self, number: u16) {
        self.0.shift_remove(&number);
    }

    /// Handles a pong. Returns the key of the peer and the round trip; `None` if it answers no
    /// ping.
    pub(super) fn answered(
        &mut self,
        source: SocketAddr,
        number: u16,
        network: &PeerGraph,
        now: Instant,
    ) -> Option<(PublicKey, Duration)> {
        self.expire(now);
        let asked = self.0.get(&number).filter(|ping| {
            let peer = network.peer(&ping.key);
            ping.address == source || peer.is_some_and(|peer| peer.has_address(&source))
        });
        if asked.is_none() {
            self.count_wrong(source);
            return None;
        }
        let ping = self.0.shift_remove(&number)?;
        Some((ping.key, now.saturating_duration_since(ping.sent)))
    }

    fn count_wrong(&mut self, source: SocketAddr) {
        self.0.retain(|_, ping| {
            ping.wrong += u16::from(ping.address == source);
            ping.wrong < MAX_WRONG_PONGS
        });
    }

    fn expire(&mut self, now: Instant) {
        let is_late = |ping: &OpenPing| now.saturating_duration_since(ping.sent) > PING_TIMEOUT;
        if self.0.values().next().is_some_and(is_late) {
            self.0.retain(|_, ping| !is_late(ping));
        }
    }
}
