//! What a bootstrapper may use while it is called.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;

use crate::wire::packet::{CommunityId, Prefix};

/// The shortest time to be woken after; anything shorter would keep the node busy with nothing else.
const LEAST_WAKE: Duration = Duration::from_millis(1);

/// Longer than any node runs.
const LONGEST_WAKE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What a bootstrapper wishes; done when its call has come back.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) blacklist: Vec<SocketAddr>,
    pub(crate) walks: Vec<SocketAddr>,
    pub(crate) lookups: Vec<(String, u16)>,
    pub(crate) beacons: Vec<SocketAddr>,
    pub(crate) wake: Option<Instant>,
}

/// The overlay as a bootstrapper sees it, for the duration of one call. What is wished here is done
/// after the call.
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
    /// The time of this call. It does not advance during the call.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The node's random numbers: repeatable from its seed.
    pub fn rng(&mut self) -> &mut StdRng {
        self.rng
    }

    /// The id of the overlay.
    #[must_use]
    pub fn community_id(&self) -> CommunityId {
        self.community_id
    }

    /// What the overlay's packets start with.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.community_id.prefix()
    }

    /// How many verified peers the overlay has.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.peers
    }

    /// The most peers the overlay accepts requests from; below zero: no limit.
    #[must_use]
    pub fn max_peers(&self) -> i32 {
        self.max_peers
    }

    /// Sends an introduction request to `address`; whoever answers there becomes a peer, unless the address is blacklisted.
    pub fn walk_to(&mut self, address: SocketAddr) {
        self.wishes.walks.push(address);
    }

    /// Never takes a peer that has no address but this one for verified: for servers. Done before the walks of this call.
    pub fn ensure_blacklisted(&mut self, address: SocketAddr) {
        self.wishes.blacklist.push(address);
    }

    /// Has `host` looked up outside the engine; [`Bootstrapper::resolved`](super::Bootstrapper::resolved) gets what was found.
    pub fn resolve(&mut self, host: impl Into<String>, port: u16) {
        self.wishes.lookups.push((host.into(), port));
    }

    /// Sends this overlay's beacon to `address`, which may be a broadcast address, from a socket that is there for beacons only
    /// (protocol 10.3). Whoever hears it can walk to that socket: packets of the overlay are taken in there as well.
    pub fn send_beacon(&mut self, address: SocketAddr) {
        self.wishes.beacons.push(address);
    }

    /// Has [`Bootstrapper::woken`](super::Bootstrapper::woken) called after `time`, at least a millisecond. Each bootstrapper has
    /// one such timer: the last wish counts.
    pub fn wake_after(&mut self, time: Duration) {
        let time = time.clamp(LEAST_WAKE, LONGEST_WAKE);
        self.wishes.wake = Some(self.now + time);
    }
}
