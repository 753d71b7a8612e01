//! What was asked of peers to see whether they are there.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use rand::rngs::StdRng;

use crate::crypto::PublicKey;
use crate::state::request_cache::{RequestCache, RequestCacheError};
use crate::wire::packet::CommunityId;

/// py-ipv8's name for it.
const PREFIX: &str = "tracker-ping";

/// How many pings may wait for an answer; a quarter of the numbers there are, so that one that is free is found at once.
const MAX_PINGS: usize = 16_384;

/// A peer that was asked.
#[derive(Clone, Debug)]
pub(super) struct Ping {
    pub(super) key: PublicKey,
    /// Where.
    pub(super) address: SocketAddr,
    /// In which community.
    pub(super) service: CommunityId,
    pub(super) sent: Instant,
}

/// The pings that wait for an answer, by the 16-bit number that the answer brings back.
///
/// The numbers are drawn, not counted: a counter comes round while its first numbers are still waiting when there is much to
/// do, and tells everybody the next one. (py-ipv8's tracker keeps its counter unreduced, and finds nothing past 65,535.)
#[derive(Debug)]
pub(super) struct Pings {
    waiting: RequestCache<Ping>,
    /// How many wait for something from an address.
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
    /// Gives the number for the request.
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

    /// Whether anybody at this address was asked: cheap enough to be known before a signature is looked at.
    pub(super) fn expect(&self, source: &SocketAddr) -> bool {
        self.addresses.contains_key(source)
    }

    /// The ping that this answers: the same number, peer, address and community.
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

    /// The next one whose time is over.
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
