//! Open numbers: requests of the tracker that wait for an answer.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use rand::rngs::StdRng;

use super::newcomers::Claim;
use crate::state::request_cache::{RequestCache, RequestCacheError};
use crate::wire::packet::CommunityId;

/// The prefix of pings, as in py-ipv8.
const PREFIX: &str = "tracker-ping";

/// The number of pings that may wait for an answer: a quarter of all numbers, so that a free one is
/// found at once.
const MAX_PINGS: usize = 16_384;

/// The purpose of a ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To prove the address of a newcomer.
    Proof,
    /// To see whether a member is still there.
    Check,
    /// To see whether a member that proved another address still is at its old one.
    Stay,
}

/// A request to one key, at one address, in one community.
#[derive(Clone, Debug)]
pub(super) struct Ping {
    pub(super) to: Claim,
    pub(super) purpose: Purpose,
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
    /// The number of unanswered pings by host.
    hosts: HashMap<IpAddr, usize>,
}

impl Default for Pings {
    fn default() -> Self {
        Self {
            waiting: RequestCache::new(MAX_PINGS),
            hosts: HashMap::new(),
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
        let host = host(&ping.to.address);
        let number = self.waiting.add_random(PREFIX, deadline, ping, rng)?;
        *self.hosts.entry(host).or_default() += 1;
        Ok(number)
    }

    /// Returns `true` if a ping with this number went to this host, in this community, for a key
    /// with these bytes. Cheap, so it is checked before the signature.
    ///
    /// Another port of the same host will do: some NATs use a port of their own for each answer.
    pub(super) fn expects(
        &self,
        number: u16,
        key: &[u8],
        source: &SocketAddr,
        service: CommunityId,
    ) -> bool {
        self.hosts.contains_key(&host(source))
            && self.waiting.get(PREFIX, number).is_some_and(|ping| {
                let to = &ping.to;
                to.service == service
                    && key.starts_with(to.key.as_bytes())
                    && host(&to.address) == host(source)
            })
    }

    /// Takes a ping that [`Pings::expects`] this answer.
    pub(super) fn take(
        &mut self,
        number: u16,
        key: &[u8],
        source: &SocketAddr,
        service: CommunityId,
    ) -> Option<Ping> {
        if !self.expects(number, key, source, service) {
            return None;
        }
        let ping = self.waiting.pop(PREFIX, number)?;
        self.forget_host(&ping);
        Some(ping)
    }

    /// Takes a ping that timed out.
    pub(super) fn expired(&mut self, now: Instant) -> Option<Ping> {
        let (_, _, ping) = self.waiting.expired(now).next()?;
        self.forget_host(&ping);
        Some(ping)
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.waiting.next_timeout()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn forget_host(&mut self, ping: &Ping) {
        let host = host(&ping.to.address);
        if let Some(count) = self.hosts.get_mut(&host) {
            *count -= 1;
            if *count == 0 {
                self.hosts.remove(&host);
            }
        }
    }
}

fn host(address: &SocketAddr) -> IpAddr {
    address.ip().to_canonical()
}
