//! The context itself: the time, the identity of the overlay, its addresses and the message that
//! is being handled.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use rand::CryptoRng;

use super::callbacks::Passthrough;
use super::shared::Shared;
use super::state::OverlayState;
use crate::crypto::{Mid, PublicKey};
use crate::state::peer::Peer;
use crate::state::stats::{Budget, DropReason};
use crate::wire::packet::CommunityId;

/// The node as one overlay sees it, for the duration of one call.
///
/// Everything that a community or a strategy can do goes through here. It concerns this overlay
/// alone: no method changes the peers, requests, tasks or events of another one.
#[derive(Debug)]
pub struct Context<'a> {
    pub(crate) state: &'a mut OverlayState,
    pub(crate) shared: &'a mut Shared,
    pub(crate) now: Instant,
    pub(crate) global_time: Option<u64>,
    pub(crate) source: Option<SocketAddr>,
    /// The length of the datagram being handled, in bytes.
    pub(crate) length: Option<usize>,
    /// The key that signed the message being handled.
    pub(crate) signer: Option<PublicKey>,
    pub(super) passthrough: Option<Passthrough>,
    pub(crate) target_peers: Option<usize>,
}

impl<'a> Context<'a> {
    /// Lends `state` and `shared` at the time `now`.
    pub(crate) fn new(state: &'a mut OverlayState, shared: &'a mut Shared, now: Instant) -> Self {
        Self {
            state,
            shared,
            now,
            global_time: None,
            source: None,
            length: None,
            signer: None,
            passthrough: None,
            target_peers: None,
        }
    }

    /// Returns the time of this call. It does not advance during the call.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns the node's random number generator. Its numbers follow from the node's seed.
    pub fn rng(&mut self) -> &mut dyn CryptoRng {
        &mut self.shared.rng
    }

    /// Returns the id of this overlay.
    #[must_use]
    pub fn community_id(&self) -> CommunityId {
        self.state.community_id
    }

    /// Returns the name of this overlay in its node: that of its launcher, if it has one.
    #[must_use]
    pub fn overlay_name(&self) -> &str {
        &self.state.name
    }

    /// Returns the public key that this overlay signs with.
    #[must_use]
    pub fn my_public_key(&self) -> &PublicKey {
        self.state.my_key.public_key()
    }

    /// Returns the mid of [`Context::my_public_key`].
    #[must_use]
    pub fn my_mid(&self) -> Mid {
        self.my_public_key().mid()
    }

    /// Returns this node as a peer of this overlay: its public key at its LAN address (py-ipv8's
    /// `my_peer`, without the private key).
    #[must_use]
    pub fn my_peer(&self) -> Peer {
        Peer::new(
            self.my_public_key().clone(),
            self.my_estimated_lan(),
            self.now,
        )
    }

    /// Returns the number of peers up to which this overlay accepts requests; below zero: no limit.
    #[must_use]
    pub fn max_peers(&self) -> i32 {
        self.state.max_peers
    }

    /// Returns our LAN address as guessed by the node; `0.0.0.0:0` while unknown (protocol 4.5).
    #[must_use]
    pub fn my_estimated_lan(&self) -> SocketAddr {
        self.shared.local.lan
    }

    /// Returns our WAN address: the one that most of our peers and trackers see us at; `0.0.0.0:0`
    /// before the first answer (protocol 4.5).
    #[must_use]
    pub fn my_estimated_wan(&self) -> SocketAddr {
        self.state.wan.estimate()
    }

    /// Returns the Lamport time of the message being handled, if that message carries one.
    #[must_use]
    pub fn global_time(&self) -> Option<u64> {
        self.global_time
    }

    /// Returns the address that the message being handled came from; `None` when this call handles
    /// no message. Anyone can forge it.
    #[must_use]
    pub fn source(&self) -> Option<SocketAddr> {
        self.source
    }

    /// Moves the Lamport clock of our key forward to `time`, so that the next message carries a
    /// later one (py-ipv8's `update_global_time`, protocol 4.2). The clock never goes back, and no
    /// update moves it beyond 2^63 - 1. IPv8 itself does not merge received times.
    ///
    /// Overlays with the same key share the clock.
    pub fn update_global_time(&mut self, time: u64) {
        let mid = self.my_mid();
        self.shared.update_global_time(mid, time);
    }

    /// Advances and returns the Lamport clock of our key.
    pub(crate) fn claim_global_time(&mut self) -> u64 {
        let mid = self.my_mid();
        self.shared.claim_global_time(mid)
    }

    /// Returns `true` if `host` is one of this machine's LAN hosts.
    pub(crate) fn is_own_lan_host(&self, host: Ipv4Addr) -> bool {
        self.shared.local.lan_hosts.contains(&host)
    }

    /// Returns the host of our WAN estimate.
    pub(crate) fn wan_host(&self) -> IpAddr {
        self.state.wan.estimate().ip()
    }

    /// Counts something that is not sent because `budget` is used up. Returns the reason for the
    /// drop, which the caller counts.
    pub(crate) fn refused(&mut self, budget: Budget) -> DropReason {
        self.shared.stats.refuse(budget);
        let overlay = self.state.community_id;
        self.shared.news.refused(overlay, budget, self.now);
        DropReason::RateLimited
    }

    /// Counts a dropped datagram.
    pub(crate) fn count_drop(&mut self, reason: DropReason) {
        self.shared.stats.record(reason);
    }
}
