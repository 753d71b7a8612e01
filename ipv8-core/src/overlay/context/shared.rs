//! What all overlays of one engine share.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use indexmap::IndexMap;
use rand::rngs::StdRng;

use super::local::LocalAddresses;
use super::tasks::FutureQueue;
use crate::crypto::{Mid, PrivateKey};
use crate::overlay::bootstrap::{Beacon, Lookup};
use crate::state::network::Network;
use crate::state::outbox::Outbox;
use crate::state::peer::Peer;
use crate::state::stats::EngineStats;
use crate::state::timers::Timers;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// What all overlays of one engine share.
#[derive(Debug)]
pub struct Shared {
    /// The peer graph of the overlays without one of their own.
    pub network: Network,
    /// What is to be sent.
    pub outbox: Outbox,
    /// When which overlay (by its community id) wants to be woken for its requests and tasks.
    pub timers: Timers<CommunityId>,
    /// The only source of randomness; everything follows from its seed.
    pub rng: StdRng,
    /// What came in, went out and was dropped.
    pub stats: EngineStats,
    /// Where this node is.
    pub local: LocalAddresses,
    /// Names to look up.
    pub(crate) lookups: VecDeque<Lookup>,
    /// Beacons to send.
    pub(crate) beacons: VecDeque<Beacon>,
    /// Bootstrappers that panicked, with their overlay, until the engine tells of it.
    pub(crate) bootstrapper_panics: Vec<(CommunityId, &'static str)>,
    /// The key of each overlay of the node (py-ipv8's `service_overlays`).
    pub(crate) overlay_keys: IndexMap<CommunityId, PrivateKey, OwnState>,
    /// Pings that were answered and nobody was told of yet.
    pub(crate) latencies: Vec<Latency>,
    /// Futures that somebody is to poll, or to stop polling.
    pub(crate) futures: FutureQueue,
    /// The overlays whose own peer graph may have changed since the engine looked: not all of a thousand after each datagram.
    pub(crate) touched: Vec<CommunityId>,
    clocks: HashMap<Mid, u64, OwnState>,
}

/// One answered ping.
#[derive(Clone, Debug)]
pub(crate) struct Latency {
    pub(crate) overlay: CommunityId,
    pub(crate) peer: Peer,
    pub(crate) round_trip: Duration,
}

impl Shared {
    /// Nothing known, nothing to send.
    #[must_use]
    pub fn new(network: Network, rng: StdRng) -> Self {
        Self {
            network,
            outbox: Outbox::default(),
            timers: Timers::default(),
            rng,
            stats: EngineStats::default(),
            local: LocalAddresses::default(),
            lookups: VecDeque::new(),
            beacons: VecDeque::new(),
            bootstrapper_panics: Vec::new(),
            overlay_keys: IndexMap::default(),
            latencies: Vec::new(),
            futures: FutureQueue::default(),
            touched: Vec::new(),
            clocks: HashMap::default(),
        }
    }

    /// Notes that the own peer graph of the overlay may change.
    pub(super) fn touch(&mut self, overlay: CommunityId) {
        // One call changes that of one overlay, as often as it likes.
        if self.touched.last() != Some(&overlay) {
            self.touched.push(overlay);
        }
    }

    /// Whether there may be something that overlays or listeners have to be told.
    pub(crate) fn has_news(&self) -> bool {
        self.network.has_changes()
            || !self.touched.is_empty()
            || !self.latencies.is_empty()
            || !self.bootstrapper_panics.is_empty()
    }

    /// Lets the Lamport clock of the key `mid` go on from `time`.
    pub(crate) fn start_clock(&mut self, mid: Mid, time: u64) {
        self.clocks.insert(mid, time);
    }

    /// Moves the Lamport clock of the key `mid` forward to `time`, never back.
    pub(super) fn update_global_time(&mut self, mid: Mid, time: u64) {
        let clock = self.clocks.entry(mid).or_insert(0);
        *clock = (*clock).max(time);
    }

    /// Advances the Lamport clock of the key `mid` and returns the new value (protocol 4.2): the
    /// first message of a key carries 1, and overlays with the same key count together.
    pub(super) fn claim_global_time(&mut self, mid: Mid) -> u64 {
        let clock = self.clocks.entry(mid).or_insert(0);
        *clock = clock.wrapping_add(1);
        *clock
    }
}
