//! The engine of one node: inputs go in, outputs come out, and the driver asks when to come back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::engine::admission::Opened;
use crate::engine::event::{Event, Place, StepReport};
use crate::engine::health::Monitor;
use crate::engine::info::StrategyInfo;
use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};

use crate::crypto::Mid;
use crate::engine::overlays::{AnyOverlay, StepOutcome, StrategyId, guarded};
use crate::engine::turns::pacing::{Pacer, PacingConfig};
use crate::engine::turns::scheduler::Scheduler;
use crate::overlay::bootstrap::{Beacon, Lookup, LookupError};
use crate::overlay::context::{FutureWork, LocalAddresses, Shared, TaskEvent};
use crate::state::network::{PeerGraph, NetworkLimits};
use crate::state::outbox::{DEFAULT_MAX_DATAGRAM, Outgoing};
use crate::state::stats::EngineStats;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// The time in which every strategy gets one turn, unless configured (py-ipv8's
/// `walker_interval`).
pub const WALK_INTERVAL: Duration = Duration::from_millis(500);

/// How many [`Event`]s wait to be polled; beyond it the oldest is lost. A driver that keeps to the
/// rules never gets near: a single input makes a few.
pub const EVENT_LIMIT: usize = 65_536;

/// How many overdue requests and tasks are handled before the next turn and what has arrived are looked at again; the others come
/// after those, with the next [`Input::Timeout`]. Of so many overlays at most, and of each of them one request and one task at least.
/// It bounds how long a turn, or a datagram, can be kept waiting by many that end at once: each is one call of the community.
pub const TIMEOUTS_AT_ONCE: usize = 256;

/// What an engine is made with.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// All randomness of the engine follows from it.
    pub seed: [u8; 32],
    /// The time in which every strategy gets one turn. Default 0.5 s. However short it is, two turns keep
    /// [`MIN_GAP`](crate::engine::turns::scheduler::MIN_GAP) between them.
    pub walk_interval: Duration,
    /// How long the walk interval may become while the node is overloaded ([`Engine::set_walk_scaling`]). Default `None`: it stays.
    pub walk_scaling: Option<Duration>,
    /// The bounds of the peer graph. Default [`NetworkLimits::default`].
    pub network: NetworkLimits,
    /// The longest datagram that is sent, in bytes. Default [`DEFAULT_MAX_DATAGRAM`].
    pub max_datagram: usize,
    /// How a step that sends many is spread over its slot. Default [`PacingConfig::default`].
    pub pacing: PacingConfig,
}

impl EngineConfig {
    /// The defaults, with randomness from `seed`.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            walk_interval: WALK_INTERVAL,
            walk_scaling: None,
            network: NetworkLimits::default(),
            max_datagram: DEFAULT_MAX_DATAGRAM,
            pacing: PacingConfig::default(),
        }
    }
}

/// Everything that can happen to an engine, besides datagrams to admit.
pub enum Input {
    /// A datagram was opened (or turned out to be unreadable).
    Opened(Opened),
    /// The time of [`Engine::poll_timeout`] has come.
    Timeout,
    /// Everything polled so far was handed to the socket, or given up; a driver that seals on several cores may leave out what
    /// was polled after the last step's.
    Flushed,
    /// The runtime knows more about where this node is.
    LocalAddresses(LocalAddresses),
    /// A name was looked up: the addresses found, with the port asked for, or why there are none.
    Resolved(Lookup, Result<Vec<SocketAddr>, LookupError>),
    /// A future of [`Output::Spawn`] is done.
    Finished(FinishedTask),
}

/// Everything an engine asks of the world.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Seal this and send it.
    Send(Outgoing),
    /// Tell whoever wants to know.
    Event(Event),
    /// Look this name up, without waiting for it, and hand in what was found as [`Input::Resolved`].
    Resolve(Lookup),
    /// Poll this future to its end, beside everything else.
    Spawn(SpawnedTask),
    /// Drop the future with this id, if it is not done.
    Cancel(TaskId),
    /// Send this from a socket of its own, which may send to broadcast addresses. What arrives at that socket is admitted
    /// like everything else, and [`LocalAddresses::beacon`] tells of it.
    Beacon(Beacon),
}

/// A strategy, as the scheduler knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(super) overlay: CommunityId,
    pub(super) strategy: StrategyId,
}

/// Strategies of different overlays have different ids too.
impl std::hash::Hash for Turn {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.strategy.hash(state);
    }
}

/// One node: its overlays, what they share, and whose turn it is.
pub struct Engine {
    pub(super) overlays: IndexMap<CommunityId, Box<dyn AnyOverlay>, OwnState>,
    /// Which overlay has which name.
    pub(super) names: HashMap<String, CommunityId, OwnState>,
    /// Those of the keys that overlays have or had: no peer graph takes them in.
    pub(super) own_mids: HashSet<Mid, OwnState>,
    /// Those that observe the whole network, in the order in which they were added.
    pub(super) observers: Vec<CommunityId>,
    pub(super) shared: Shared,
    pub(super) scheduler: Scheduler<Turn>,
    pub(super) pacer: Pacer,
    pub(super) monitor: Monitor,
    pub(super) walk_scaling: Option<Duration>,
    /// The own timeouts of the next input were handled already.
    pub(super) has_expired: bool,
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
    /// A node without overlays.
    #[must_use]
    pub fn new(config: &EngineConfig) -> Self {
        let rng = StdRng::from_seed(config.seed);
        let mut shared = Shared::new(PeerGraph::new(config.network.clone()), rng);
        shared.outbox.set_max_datagram(config.max_datagram);
        Self {
            overlays: IndexMap::default(),
            names: HashMap::default(),
            own_mids: HashSet::default(),
            observers: Vec::new(),
            shared,
            scheduler: Scheduler::new(config.walk_interval),
            pacer: Pacer::new(config.pacing.clone()),
            monitor: Monitor::new(config.walk_scaling, config.walk_interval),
            walk_scaling: config.walk_scaling,
            has_expired: false,
            events: VecDeque::new(),
            events_lost: 0,
            next_serial: 0,
            next_strategy: 0,
        }
    }

    /// Takes in what happened at the time `now`, which must not go backwards.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Opened(opened) => self.deliver(opened, now),
            Input::Timeout => self.timeout(now),
            Input::Flushed => self.flushed(now),
            Input::LocalAddresses(local) => self.shared.local = local,
            Input::Resolved(lookup, found) => self.resolved(&lookup, found, now),
            Input::Finished(finished) => self.finish(finished, now),
        }
        self.settle(now);
    }

    /// What is to be done next; `None` when there is nothing more until the next input.
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

    /// When [`Input::Timeout`] is wanted next; `None` when only another input can change anything.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timers = self.shared.timers.next();
        let turn = self.scheduler.next_time();
        let release = self.pacer.next();
        let probe = self.monitor.probe();
        let others = [turn, release, probe].into_iter().flatten();
        timers.into_iter().chain(others).min()
    }

    /// What came in, went out and was dropped so far.
    #[must_use]
    pub fn stats(&self) -> &EngineStats {
        &self.shared.stats
    }

    /// For the runtime, which alone knows what became of the datagrams.
    pub fn statistics_mut(&mut self) -> &mut EngineStats {
        &mut self.shared.stats
    }

    /// How many events were lost because nobody polled them: see [`EVENT_LIMIT`].
    #[must_use]
    pub fn events_lost(&self) -> u64 {
        self.events_lost
    }

    /// Where this node is, as far as it knows.
    #[must_use]
    pub fn local_addresses(&self) -> &LocalAddresses {
        &self.shared.local
    }

    /// How many turns were lost because a step or the machine was late.
    #[must_use]
    pub fn missed_turns(&self) -> u64 {
        self.scheduler.missed()
    }

    /// The time between two turns.
    #[must_use]
    pub fn step_gap(&self) -> Duration {
        self.scheduler.gap()
    }

    /// Whose turn [`Input::Timeout`] would be at the time `now`, if anybody's.
    #[must_use]
    pub fn next_step(&self, now: Instant) -> Option<StrategyInfo> {
        if self.scheduler.next_time()? > now {
            return None;
        }
        self.strategy_info(self.scheduler.peek()?)
    }

    /// Own timeouts first, then what was held and is due, then at most one step.
    pub(super) fn timeout(&mut self, now: Instant) {
        let probed = self.monitor.take_probe(now);
        if !std::mem::take(&mut self.has_expired) {
            self.expire(now);
        }
        self.release(now);
        let turn = self.scheduler.take(now);
        let late = turn.map(|_| self.scheduler.late());
        if let Some(lag) = late.max(probed) {
            self.note_lag(lag, now);
        }
        if let Some(turn) = turn {
            self.step(turn, now);
        }
    }

    /// Does the first part of the next [`Input::Timeout`] already: for whoever measures the step, which has no part in what own timeouts
    /// take.
    pub(crate) fn expire_ahead(&mut self, now: Instant) {
        self.expire(now);
        self.has_expired = true;
    }

    /// Handles own timeouts, [`TIMEOUTS_AT_ONCE`] at most; the others are due at the next input.
    pub(super) fn expire(&mut self, now: Instant) {
        // Taken out first: what is asked anew without any patience waits for the next input.
        let timers = &mut self.shared.timers;
        let due = std::iter::from_fn(|| timers.pop_expired(now)).take(TIMEOUTS_AT_ONCE);
        let due: Vec<_> = due.map(|(_, overlay)| overlay).collect();
        let mut left = TIMEOUTS_AT_ONCE;
        for id in due {
            let Some(overlay) = self.overlays.get_mut(&id) else {
                continue;
            };
            // One at least, or an overlay behind a busy one would only be put off.
            let expired = overlay.expire_requests(&mut self.shared, left.max(1), now);
            left = left.saturating_sub(expired.requests);
            let (run, events) = overlay.run_tasks(&mut self.shared, left.max(1), now);
            left = left.saturating_sub(run);
            for _ in 0..expired.panics {
                self.note_panic(id, Place::RequestTimeout);
            }
            for event in events {
                self.note_task(id, event);
            }
        }
    }

    /// A future whose overlay is gone, or that was cancelled while it ended, is nobody's any more.
    pub(super) fn finish(&mut self, finished: FinishedTask, now: Instant) {
        let (id, task) = (finished.id().overlay(), finished.id());
        let loaded = self.overlays.get_mut(&id);
        let Some(overlay) = loaded.filter(|overlay| overlay.state().serial == task.serial()) else {
            // Whatever it gave is the user's, and may panic when it is dropped.
            let _ = guarded(|| drop(finished));
            return;
        };
        if let Some(event) = overlay.finish_task(finished, &mut self.shared, now) {
            self.note_task(id, event);
        }
    }

    pub(super) fn note_task(&mut self, overlay: CommunityId, event: TaskEvent) {
        match event {
            TaskEvent::Panicked(name) => self.note_panic(overlay, Place::Task(name)),
            TaskEvent::Old(name, age) => {
                tracing::warn!(%overlay, task = %name, ?age, "a task has been running for long");
                self.emit(Event::OldTask { overlay, name, age });
            }
        }
    }

    pub(super) fn step(&mut self, turn: Turn, now: Instant) {
        let info = self.strategy_info(turn);
        let strategy = info.as_ref().map(|info| tracing::field::display(info.name));
        let _span = tracing::debug_span!("step", overlay = %turn.overlay, strategy).entered();
        let waiting = self.shared.outbox.len();
        let outcome = match self.overlays.get_mut(&turn.overlay) {
            Some(overlay) => overlay.take_step(turn.strategy, &mut self.shared, now),
            None => StepOutcome::Skipped,
        };
        let datagrams = self.shared.outbox.len().saturating_sub(waiting);
        let delayed = self.pace(waiting, now);
        if outcome == StepOutcome::Skipped {
            self.scheduler.flushed();
        }
        let Some(info) = info else { return };
        if outcome == StepOutcome::Panicked {
            self.note_panic(turn.overlay, Place::Step(info.name));
        }
        tracing::trace!(?outcome, datagrams, delayed, "stepped");
        self.emit(Event::Step(StepReport {
            overlay: turn.overlay,
            id: turn.strategy,
            strategy: info.name,
            index: info.index,
            at: now,
            peers: self.peer_count(turn.overlay),
            skipped: outcome == StepOutcome::Skipped,
            panicked: outcome == StepOutcome::Panicked,
            datagrams,
            delayed,
        }));
    }

    /// Lets the first turn be within one gap from now, whenever the strategies were added: for a
    /// node that was put together first and goes on the air at `now`.
    pub fn restart_turns(&mut self, now: Instant) {
        let first = self.first_turn(now);
        self.scheduler.restart(first);
    }

    /// Where the next first turn lies: anywhere within one gap, so that nodes started together do
    /// not step together.
    pub(super) fn first_turn(&mut self, now: Instant) -> Instant {
        use rand::RngExt;
        now + self
            .scheduler
            .gap()
            .mul_f64(self.shared.rng.random::<f64>())
    }
}
