//! The pings that wait for their pongs.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::{Rng, RngExt};

use crate::crypto::PublicKey;
use crate::state::network::Network;
use crate::state::peer::Peer;

/// How long a pong is waited for (py-ipv8's `PingRequestCache`).
pub const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// How many pings can wait at a time; a further one expels the oldest. `RandomChurn` has 80 at most with its defaults.
pub const MAX_OPEN_PINGS: usize = 1_024;

/// After this many pongs with a wrong number from the address that was pinged its pings are forgotten: somebody is guessing, who
/// then hits one of 65,536 numbers in at most 0.03 % of the cases.
pub const MAX_WRONG_PONGS: u8 = 16;

/// A ping that was sent.
#[derive(Debug)]
struct OpenPing {
    key: PublicKey,
    address: SocketAddr,
    sent: Instant,
    wrong: u8,
}

/// The pings of the last [`PING_TIMEOUT`], by the number they carry, oldest first.
///
/// py-ipv8 takes its message counter for the number, which anybody knows after one packet, and whoever sends a pong with it
/// answers. Here the number is random, and only who was asked can answer: at the address pinged, or another one that
/// the peer is known to have.
#[derive(Debug, Default)]
pub(super) struct OpenPings(IndexMap<u16, OpenPing>);

impl OpenPings {
    /// Notes a ping to `peer`; gives the number it must carry.
    pub(super) fn open(&mut self, peer: &Peer, now: Instant, rng: &mut impl Rng) -> u16 {
        self.expire(now);
        if self.0.len() >= MAX_OPEN_PINGS {
            self.0.shift_remove_index(0);
        }
        // So few of all numbers are taken that this ends.
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

    /// Forgets a ping that was not sent after all.
    pub(super) fn forget(&mut self, number: u16) {
        self.0.shift_remove(&number);
    }

    /// Takes in a pong: who answered, and after which time; `None` if that was no answer.
    pub(super) fn answered(
        &mut self,
        source: SocketAddr,
        number: u16,
        network: &Network,
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
            ping.wrong += u8::from(ping.address == source);
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
