//! The engine of one node: inputs go in, outputs come out, and the driver asks when to call again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::crypto::Mid;
use crate::engine::event::Event;
use crate::engine::overlay_map::OverlayMap;
use crate::engine::ticket::Opened;
use crate::engine::turn::{StrategyKey, Turn};
use crate::engine::turns::health::Monitor;
use crate::engine::turns::pacing::{Pacer, PacingConfig};
use crate::engine::turns::scheduler::Scheduler;
use crate::overlay::bootstrap::{Beacon, Lookup, LookupError};
use crate::overlay::context::{
    FinishedTask, FutureWork, LocalAddresses, Shared, SpawnedTask, TaskId,
};
use crate::state::network::{NetworkLimits, PeerGraph};
use crate::state::outbox::{DEFAULT_MAX_DATAGRAM, Outgoing};
use crate::state::stats::EngineStats;
use crate::state::watch::Watch;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// The default walk interval (py-ipv8's `walker_interval`).
pub const WALK_INTERVAL: Duration = Duration::from_millis(500);

/// The number of [`Event`]s that wait to be polled; beyond it the oldest is lost. A single input
/// causes a few, so a driver that polls after every input never gets near.
pub const EVENT_LIMIT: usize = 65_536;

/// The settings of an engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// All randomness of the engine follows from it.
    pub seed: [u8; 32],
    /// The time in which every strategy gets one turn. Default 0.5 s. However short it is, two
    /// turns keep [`MIN_GAP`](crate::engine::turns::scheduler::MIN_GAP) between them.
    pub walk_interval: Duration,
    /// The longest walk interval while the node is overloaded ([`Engine::set_walk_scaling`]).
    /// Default `None`: it does not change.
    pub walk_scaling: Option<Duration>,
    /// The bounds of the peer graph. Default [`NetworkLimits::default`].
    pub network: NetworkLimits,
    /// The longest datagram to send, in bytes. Default [`DEFAULT_MAX_DATAGRAM`].
    pub max_datagram: usize,
    /// `true` if introductions to ports of services are ignored. Default `true`.
    pub avoid_service_ports: bool,
    /// The WAN address of every overlay. Default `None`: what most peers report.
    pub wan: Option<SocketAddr>,
    /// How the datagrams of large steps are spread over time. Default [`PacingConfig::default`].
    pub pacing: PacingConfig,
}

impl EngineConfig {
    /// Returns the default settings, with randomness from `seed`.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            walk_interval: WALK_INTERVAL,
            walk_scaling: None,
            network: NetworkLimits::default(),
            max_datagram: DEFAULT_MAX_DATAGRAM,
            avoid_service_ports: true,
            wan: None,
            pacing: PacingConfig::default(),
        }
    }
}

/// Everything that can happen to an engine, besides datagrams to admit.
pub enum Input {
    /// A datagram was opened, successfully or not.
    Opened(Opened),
    /// The time of [`Engine::poll_timeout`] has come.
    Timeout,
    /// Everything polled so far was handed to the socket or given up. A driver that seals on
    /// several cores may leave out what was polled after the datagrams of the last step.
    Flushed,
    /// The addresses of this node are known or have changed.
    LocalAddresses(LocalAddresses),
    /// The result of [`Output::Resolve`]: the addresses of the name, with the requested port.
    Resolved(Lookup, Result<Vec<SocketAddr>, LookupError>),
    /// A future of [`Output::Spawn`] is done.
    Finished(FinishedTask),
}

/// Everything an engine asks of its driver.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Seal this and send it.
    Send(Outgoing),
    /// Pass this on to the listeners.
    Event(Event),
    /// Look this name up without waiting for it, and handle the result as [`Input::Resolved`].
    Resolve(Lookup),
    /// Poll this future to its end, concurrently with everything else.
    Spawn(SpawnedTask),
    /// Drop the future with this id, if it is not done.
    Cancel(TaskId),
    /// Send this from a separate socket that may send to broadcast addresses. Datagrams that arrive
    /// at that socket are admitted like all others, and [`LocalAddresses::beacon`] is its address.
    Beacon(Beacon),
}

/// One node: its overlays, the state they share, and the turns of their strategies.
pub struct Engine {
    pub(super) overlays: OverlayMap,
    /// The overlay of each name.
    pub(super) names: HashMap<String, CommunityId, OwnState>,
    /// The mids of all keys that overlays have or had; no peer graph accepts them.
    pub(super) own_mids: HashSet<Mid, OwnState>,
    /// The overlays that observe the whole network, in the order in which they were added.
    pub(super) observers: Vec<CommunityId>,
    pub(super) shared: Shared,
    pub(super) scheduler: Scheduler<StrategyKey>,
    /// The turn in progress, if there is one.
    pub(super) turn: Option<Turn>,
    pub(super) pacer: Pacer,
    pub(super) monitor: Monitor,
    pub(super) walk_scaling: Option<Duration>,
    /// The WAN address of every overlay, if it is set.
    pub(super) wan: Option<SocketAddr>,
    /// Where another node with one of our keys seems to be, until the driver asks.
    pub(super) twin: Option<SocketAddr>,
    pub(super) events: VecDeque<Event>,
    pub(super) events_lost: u64,
    pub(super) next_serial: u64,
    pub(super) next_strategy: u64,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("overlays", &self.overlays.len())
            .field("strategies", &self.scheduler.len())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Returns a node without overlays.
    #[must_use]
    pub fn new(config: &EngineConfig) -> Self {
        let rng = StdRng::from_seed(config.seed);
        let mut shared = Shared::new(PeerGraph::new(config.network.clone()), rng);
        shared.outbox.set_max_datagram(config.max_datagram);
        shared.budgets.avoids_services = config.avoid_service_ports;
        Self {
            overlays: IndexMap::default(),
            names: HashMap::default(),
            own_mids: HashSet::default(),
            observers: Vec::new(),
            shared,
            scheduler: Scheduler::new(config.walk_interval),
            turn: None,
            pacer: Pacer::new(config.pacing.clone()),
            monitor: Monitor::new(config.walk_scaling, config.walk_interval),
            walk_scaling: config.walk_scaling,
            wan: config.wan,
            twin: None,
            events: VecDeque::new(),
            events_lost: 0,
            next_serial: 0,
            next_strategy: 0,
        }
    }

    /// Handles an input at the time `now`, which must not go backwards.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            // It settles by itself.
            Input::Timeout => return self.timeout(now),
            Input::Opened(opened) => self.deliver(opened, now),
            Input::Flushed => self.flushed(now),
            Input::LocalAddresses(local) => self.shared.local = local,
            Input::Resolved(lookup, found) => self.resolved(&lookup, found, now),
            Input::Finished(finished) => self.finish(finished, now),
        }
        self.settle(now);
    }

    /// Returns the next thing for the driver to do, or `None` if there is nothing until the next
    /// input.
    pub fn poll_output(&mut self) -> Option<Output> {
        if let Some(event) = self.events.pop_front() {
            return Some(Output::Event(event));
        }
        if let Some(lookup) = self.shared.lookups.pop_front() {
            return Some(Output::Resolve(lookup));
        }
        if let Some(beacon) = self.shared.beacons.pop_front() {
            return Some(Output::Beacon(beacon));
        }
        match self.shared.futures.pop() {
            Some(FutureWork::Spawn(task)) => Some(Output::Spawn(task)),
            Some(FutureWork::Cancel(id)) => Some(Output::Cancel(id)),
            None => self.next_to_send().map(Output::Send),
        }
    }

    /// Returns when the next [`Input::Timeout`] is due, or `None` if only another input can change
    /// anything.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timers = self.shared.timers.next();
        let release = self.pacer.next();
        let probe = self.monitor.probe();
        let others = [self.next_turn(), release, probe].into_iter().flatten();
        timers.into_iter().chain(others).min()
    }

    /// Returns the datagrams received, sent and dropped so far.
    #[must_use]
    pub fn stats(&self) -> &EngineStats {
        &self.shared.stats
    }

    /// Mutable version of [`Engine::stats`], for the driver: only it knows whether a datagram was
    /// sent.
    pub fn stats_mut(&mut self) -> &mut EngineStats {
        &mut self.shared.stats
    }

    /// Makes the engine say which user code runs.
    pub(crate) fn watch_with(&mut self, watch: Box<dyn Watch>) {
        self.shared.watch = Some(watch);
    }

    /// Returns the number of events lost because the driver did not poll them: see
    /// [`EVENT_LIMIT`].
    #[must_use]
    pub fn events_lost(&self) -> u64 {
        self.events_lost
    }

    /// Returns the addresses of this node, as far as it knows them.
    #[must_use]
    pub fn local_addresses(&self) -> &LocalAddresses {
        &self.shared.local
    }

    /// Returns the number of turns lost because a step or the machine was late.
    #[must_use]
    pub fn missed_turns(&self) -> u64 {
        self.scheduler.missed()
    }

    /// Returns the gap between two turns.
    #[must_use]
    pub fn step_gap(&self) -> Duration {
        self.scheduler.gap()
    }
}
