//! Unanswered pings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use rand::rngs::StdRng;

use crate::crypto::PublicKey;
use crate::state::request_cache::{RequestCache, RequestCacheError};
use crate::wire::packet::CommunityId;

/// The prefix of pings, as in py-ipv8.
const PREFIX: &str = "tracker-ping";

/// The number of pings that may wait for an answer: a quarter of all numbers, so that a free one is
/// found at once.
const MAX_PINGS: usize = 16_384;

/// A ping to one peer.
#[derive(Clone, Debug)]
pub(super) struct Ping {
    pub(super) key: PublicKey,
    /// The address it was sent to.
    pub(super) address: SocketAddr,
    /// The community it was sent in.
    pub(super) service: CommunityId,
    pub(super) sent: Instant,
}

/// The unanswered pings, by the 16-bit number that the answer repeats.
///
/// The numbers are random. A counter would wrap under load while its first numbers are still
/// waiting, and would reveal the next one. (py-ipv8's tracker does not reduce its counter to 16
/// bits, and finds no ping past 65,535.)
#[derive(Debug)]
pub(super) struct Pings {
    waiting: RequestCache<Ping>,
    /// The number of unanswered pings by address.
    addresses: HashMap<SocketAddr, usize>,
}

impl Default for Pings {
    fn default() -> Self {
        Self {
            waiting: RequestCache::new(MAX_PINGS),
            addresses: HashMap::new(),
        }
    }
}

impl Pings {
    /// Adds a ping, and returns the number for the request.
    pub(super) fn add(
        &mut self,
        ping: Ping,
        deadline: Instant,
        rng: &mut StdRng,
    ) -> Result<u16, RequestCacheError> {
        let address = ping.address;
        let number = self.waiting.add_random(PREFIX, deadline, ping, rng)?;
        *self.addresses.entry(address).or_default() += 1;
        Ok(number)
    }

    /// Returns `true` if a peer at this address was pinged. Cheap, so it is checked before the
    /// signature.
    pub(super) fn expect(&self, source: &SocketAddr) -> bool {
        self.addresses.contains_key(source)
    }

    /// Takes the ping with this number, peer, address and community.
    pub(super) fn take(
        &mut self,
        number: u16,
        key: &PublicKey,
        source: SocketAddr,
        service: CommunityId,
    ) -> Option<Ping> {
        let ping = self.waiting.get(PREFIX, number)?;
        if ping.key != *key || ping.address != source || ping.service != service {
            return None;
        }
        let ping = self.waiting.pop(PREFIX, number)?;
        self.forget_address(&ping.address);
        Some(ping)
    }

    /// Takes a ping that timed out.
    pub(super) fn expired(&mut self, now: Instant) -> Option<Ping> {
        let (_, _, ping) = self.waiting.expired(now).next()?;
        self.forget_address(&ping.address);
        Some(ping)
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.waiting.next_timeout()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn forget_address(&mut self, address: &SocketAddr) {
        if let Some(count) = self.addresses.get_mut(address) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(address);
            }
        }
    }
}
