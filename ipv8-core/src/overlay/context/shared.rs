//! The state that all overlays of one engine share.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use indexmap::IndexMap;
use rand::rngs::StdRng;

use super::futures::FutureQueue;
use super::local::LocalAddresses;
use super::news::{News, NewsDesk};
use crate::crypto::{Mid, PrivateKey};
use crate::overlay::bootstrap::{Beacon, Lookup};
use crate::state::network::PeerGraph;
use crate::state::outbox::Outbox;
use crate::state::standing::{Budgets, Repeats};
use crate::state::stats::EngineStats;
use crate::state::timers::Timers;
use crate::state::watch::{Begun, Watch, Work};
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// The highest time that [`Context::update_global_time`](super::Context::update_global_time) can
/// set. A clock that starts here never wraps, so the times of a key always grow.
const LATEST_UPDATE: u64 = u64::MAX / 2;

/// The state that all overlays of one engine share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The peer graph of the overlays without one of their own.
    pub(crate) network: PeerGraph,
    /// Datagrams to send.
    pub(crate) outbox: Outbox,
    /// The time at which each overlay (by its community id) has to be woken.
    pub(crate) timers: Timers<CommunityId>,
    /// The only source of randomness; everything follows from its seed.
    pub(crate) rng: StdRng,
    /// Counts of received, sent and dropped datagrams.
    pub(crate) stats: EngineStats,
    /// The addresses of this machine.
    pub(crate) local: LocalAddresses,
    /// What other nodes can make this node send.
    pub(crate) budgets: Budgets,
    /// The signatures that showed that a peer is alive.
    pub(crate) repeats: Repeats,
    /// Names to look up.
    pub(crate) lookups: VecDeque<Lookup>,
    /// Beacons to send.
    pub(crate) beacons: VecDeque<Beacon>,
    /// The key of each overlay of the node (py-ipv8's `service_overlays`).
    pub(crate) overlay_keys: IndexMap<CommunityId, PrivateKey, OwnState>,
    /// News that the engine has not reported yet.
    pub(crate) news: NewsDesk,
    /// Futures to poll, and futures to stop polling.
    pub(crate) futures: FutureQueue,
    /// The overlays whose own peer graph may have changed since the engine last looked. With a
    /// thousand overlays the engine cannot look at every graph after each datagram.
    pub(crate) touched: Vec<CommunityId>,
    /// How late the turn in progress began.
    pub(crate) lag: Duration,
    /// The node's watchdog; `None` for an engine without one.
    pub(crate) watch: Option<Box<dyn Watch>>,
    clocks: HashMap<Mid, u64, OwnState>,
}

impl Shared {
    /// Returns the state of a node that has no overlays yet.
    pub(crate) fn new(network: PeerGraph, rng: StdRng) -> Self {
        Self {
            network,
            outbox: Outbox::default(),
            timers: Timers::default(),
            rng,
            stats: EngineStats::default(),
            local: LocalAddresses::default(),
            budgets: Budgets::default(),
            repeats: Repeats::default(),
            lookups: VecDeque::new(),
            beacons: VecDeque::new(),
            overlay_keys: IndexMap::default(),
            news: NewsDesk::default(),
            futures: FutureQueue::default(),
            touched: Vec::new(),
            lag: Duration::ZERO,
            watch: None,
            clocks: HashMap::default(),
        }
    }

    /// Notes that the overlay's own peer graph may change.
    pub(super) fn touch(&mut self, overlay: CommunityId) {
        // One call changes the graph of one overlay, often many times.
        if self.touched.last() != Some(&overlay) {
            self.touched.push(overlay);
        }
    }

    /// Returns `true` if there may be news for overlays or listeners.
    pub(crate) fn has_news(&self) -> bool {
        self.network.has_changes() || !self.touched.is_empty() || !self.news.is_empty()
    }

    /// Notes that user code of an overlay begins. [`Shared::leave`] follows, also after a panic.
    pub(crate) fn enter(&self, overlay: CommunityId, work: Work) -> Begun {
        if let Some(watch) = &self.watch {
            watch.enter(overlay, &work);
        }
        Begun {
            overlay,
            work,
            was_full: self.outbox.is_full(),
        }
    }

    /// Notes that the user code has returned.
    pub(crate) fn leave(&mut self, begun: Begun) {
        if let Some(watch) = &self.watch {
            watch.leave();
        }
        if !begun.was_full && self.outbox.is_full() {
            self.news.push(News::Flooded(begun.overlay, begun.work));
        }
    }

    /// Starts the Lamport clock of the key `mid` at `time`.
    pub(crate) fn start_clock(&mut self, mid: Mid, time: u64) {
        self.clocks.insert(mid, time);
    }

    /// Moves the Lamport clock of the key `mid` forward to `time`, at most to [`LATEST_UPDATE`],
    /// and never back.
    pub(super) fn update_global_time(&mut self, mid: Mid, time: u64) {
        let clock = self.clocks.entry(mid).or_insert(0);
        *clock = (*clock).max(time.min(LATEST_UPDATE));
    }

    /// Advances the Lamport clock of the key `mid` and returns the new value (protocol 4.2). The
    /// first message of a key carries 1; overlays with the same key share the clock.
    pub(super) fn claim_global_time(&mut self, mid: Mid) -> u64 {
        let clock = self.clocks.entry(mid).or_insert(0);
        *clock = clock.wrapping_add(1);
        *clock
    }
}
