//! The overlay as a bootstrapper sees it during one call.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::CryptoRng;
use rand::rngs::StdRng;

use crate::wire::packet::CommunityId;

/// The shortest timer. A shorter one would keep the node busy with nothing else.
const LEAST_WAKE: Duration = Duration::from_millis(1);

/// The longest timer: longer than any node runs.
const LONGEST_WAKE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The wishes of a bootstrapper. The overlay carries them out after the call.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) blacklist: Vec<SocketAddr>,
    pub(crate) walks: Vec<SocketAddr>,
    pub(crate) lookups: Vec<(String, u16)>,
    pub(crate) beacons: Vec<SocketAddr>,
    pub(crate) wake: Option<Instant>,
}

/// The overlay as a bootstrapper sees it, for the duration of one call. The overlay carries out the
/// wishes after the call.
#[derive(Debug)]
pub struct BootstrapContext<'a> {
    pub(crate) now: Instant,
    pub(crate) community_id: CommunityId,
    pub(crate) peers: usize,
    pub(crate) max_peers: i32,
    pub(crate) rng: &'a mut StdRng,
    pub(crate) wishes: &'a mut Wishes,
}

impl BootstrapContext<'_> {
    /// Returns the time of this call. It does not advance during the call.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns the node's random number generator. Its numbers follow from the node's seed.
    pub fn rng(&mut self) -> &mut dyn CryptoRng {
        self.rng
    }

    /// Returns the id of the overlay.
    #[must_use]
    pub fn community_id(&self) -> CommunityId {
        self.community_id
    }

    /// Returns the number of verified peers of the overlay.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.peers
    }

    /// Returns the number of peers up to which the overlay accepts requests; below zero: no limit.
    #[must_use]
    pub fn max_peers(&self) -> i32 {
        self.max_peers
    }

    /// Sends an introduction request to `address`. A node that answers from there becomes a peer,
    /// unless the address is blacklisted.
    pub fn walk_to(&mut self, address: SocketAddr) {
        self.wishes.walks.push(address);
    }

    /// Blacklists the address of a server, before the walks of this call: no peer that has only
    /// this address becomes verified. Applies to all overlays on the same peer graph, like
    /// [`Bootstrapper::blacklist`](super::Bootstrapper::blacklist).
    pub fn ensure_blacklisted(&mut self, address: SocketAddr) {
        self.wishes.blacklist.push(address);
    }

    /// Looks up `host` outside the engine.
    /// [`Bootstrapper::resolved`](super::Bootstrapper::resolved) gets the result.
    pub fn resolve(&mut self, host: impl Into<String>, port: u16) {
        self.wishes.lookups.push((host.into(), port));
    }

    /// Sends this overlay's beacon to `address`, which may be a broadcast address, from a socket
    /// that is used for beacons only (protocol 10.3). A node that hears it can walk to that socket,
    /// which accepts packets of the overlay as well.
    pub fn send_beacon(&mut self, address: SocketAddr) {
        self.wishes.beacons.push(address);
    }

    /// Calls [`Bootstrapper::woken`](super::Bootstrapper::woken) after `time`, at least 1 ms. Each
    /// bootstrapper has one timer: the last wish counts.
    pub fn wake_after(&mut self, time: Duration) {
        let time = time.clamp(LEAST_WAKE, LONGEST_WAKE);
        self.wishes.wake = Some(self.now + time);
    }
}
