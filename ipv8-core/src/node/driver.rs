//! The select loop: the only task that touches the engine and the socket.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{broadcast, mpsc, watch};

use crate::engine::overlays::StrategyId;
use crate::engine::{Engine, Event, FinishedTask, Input, Output};
use crate::node::beacons::Beacons;
use crate::node::clock::{now, sleep_until};
use crate::node::endpoint::Endpoint;
use crate::node::futures::Futures;
use crate::node::lan_watch::LanWatch;
use crate::node::overload_log::OverloadLog;
use crate::node::pipeline::Pipeline;
use crate::node::resolver::{Found, Resolver};
use crate::node::snapshots::SnapshotKeeper;
use crate::node::stats::{NodeStats, count};
use crate::node::watchdog::Watchdog;
use crate::overlay::bootstrap::Beacon;
use crate::overlay::context::LocalAddresses;
use crate::state::network::PeerGraph;

/// How often a warning of one kind may be repeated, and drops are summed up in the log.
pub(super) const REPORT_EVERY: Duration = Duration::from_secs(10);

/// How long a node that stops goes on sending what its last step sent and the pacing holds.
const STOP_PATIENCE: Duration = Duration::from_secs(1);

/// Something another task wants done between two inputs.
pub(super) type Command = Box<dyn FnOnce(&mut Node) + Send>;

/// Why the loop goes on.
enum Woken {
    /// It does not: the node was stopped, or nobody holds it any more.
    End,
    /// A timer is due, or a strategy's turn has come.
    Turn,
    /// Another task wants something done.
    Asked(Command),
    /// A name was looked up.
    Found(Found),
    /// A future of an overlay is done.
    Finished(FinishedTask),
    /// The own addresses are others now.
    Moved(LocalAddresses),
    /// The snapshot is to be saved.
    Save,
    /// Datagrams are there, or the log is to be written.
    Otherwise,
}

/// A node as its own task sees it.
pub(super) struct Node {
    pub(super) engine: Engine,
    endpoint: Endpoint,
    pipeline: Pipeline,
    futures: Futures,
    events: broadcast::Sender<Event>,
    watchdog: Watchdog,
    resolver: Resolver,
    beacons: Beacons,
    snapshots: Option<SnapshotKeeper>,
    started: Instant,
    slow_steps: u64,
    /// Steps that sent too much, as far as they were told of.
    overruns: u64,
    warned: HashMap<StrategyId, Instant>,
    overload: OverloadLog,
    next_report: Instant,
    reported_drops: u64,
}

impl Node {
    pub(super) fn new(
        engine: Engine,
        endpoint: Endpoint,
        events: broadcast::Sender<Event>,
        cores: Option<usize>,
    ) -> Self {
        let started = now();
        Self {
            engine,
            endpoint,
            pipeline: Pipeline::new(cores.unwrap_or_else(all_cores)),
            futures: Futures::default(),
            events,
            watchdog: Watchdog::start(),
            resolver: Resolver::new(),
            beacons: Beacons::default(),
            snapshots: None,
            started,
            slow_steps: 0,
            overruns: 0,
            warned: HashMap::new(),
            overload: OverloadLog::default(),
            next_report: started + REPORT_EVERY,
            reported_drops: 0,
        }
    }

    /// Runs until `stop` is true or every handle is gone; then unloads the overlays, the last one
    /// first, and closes the socket by dropping it.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut lan = LanWatch::start(&self.endpoint);
        loop {
            self.drain().await;
            match self.woken(&mut commands, &mut stop, &mut lan).await {
                Woken::End => break,
                Woken::Turn => {
                    self.timeout();
                    self.drain().await;
                    // Steps that are always late must not keep requests waiting.
                    match commands.try_recv() {
                        Ok(command) => command(&mut self),
                        Err(TryRecvError::Empty) => {}
                        Err(TryRecvError::Disconnected) => break,
                    }
                }
                Woken::Asked(command) => command(&mut self),
                Woken::Found((lookup, found)) => {
                    self.engine.handle(Input::Resolved(lookup, found), now());
                }
                Woken::Save => self.save_snapshot().await,
                Woken::Moved(local) => self.move_to(local),
                Woken::Finished(task) => self.engine.handle(Input::Finished(task), now()),
                Woken::Otherwise => {}
            }
            // Nor must steps or requests keep datagrams waiting, however many there are.
            self.receive();
            self.report_drops();
        }
        // Before the overlays go, with whom peers may go too.
        self.save_snapshot().await;
        self.engine.unload_all(now());
        self.drain_to_the_end().await;
        self.send_held().await;
        self.pipeline.drop_waiting(&mut self.engine);
        self.futures.shut_down().await;
        if let Some(keeper) = &mut self.snapshots {
            keeper.finish().await;
        }
        tracing::info!("node stopped");
    }

    /// Waits for the next thing to do. What comes first here goes first when several are due.
    async fn woken(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
        stop: &mut watch::Receiver<bool>,
        lan: &mut LanWatch,
    ) -> Woken {
        let deadline = self.engine.poll_timeout();
        let save = self.snapshots.as_ref().map(SnapshotKeeper::next);
        let busy = self.pipeline.is_busy();
        if busy || self.pipeline.has_taken_many() {
            // Nothing here would wait: others in this runtime get their turn, and tokio looks at its clock and its sockets.
            tokio::task::yield_now().await;
        }
        tokio::select! {
            biased;
            // An error means that every handle is gone.
            _ = stop.wait_for(|stop| *stop) => Woken::End,
            () = sleep_until(deadline) => Woken::Turn,
            command = commands.recv() => command.map_or(Woken::End, Woken::Asked),
            found = self.resolver.found() => Woken::Found(found),
            local = lan.changed() => Woken::Moved(local),
            Some(finished) = self.futures.next() => Woken::Finished(finished),
            () = sleep_until(save) => Woken::Save,
            () = self.endpoint.readable() => Woken::Otherwise,
            () = self.pipeline.helped() => Woken::Otherwise,
            () = self.beacons.readable() => Woken::Otherwise,
            () = tokio::time::sleep_until(self.next_report.into()) => Woken::Otherwise,
            () = std::future::ready(()), if busy => Woken::Otherwise,
        }
    }

    /// Takes in what has arrived, then handles a small piece of what waits.
    fn receive(&mut self) {
        let endpoints = [Some(&mut self.endpoint), self.beacons.endpoint_mut()];
        for endpoint in endpoints.into_iter().flatten() {
            self.pipeline.fill(endpoint, &mut self.engine);
        }
        self.pipeline.receive(&mut self.endpoint, &mut self.engine);
    }

    /// Takes in where this machine is now; the beacon socket stays where it is.
    fn move_to(&mut self, local: LocalAddresses) {
        let local = LocalAddresses {
            beacon: self.beacons.endpoint().and_then(first_address),
            ..local
        };
        tracing::info!(lan = %local.lan, ipv6 = ?local.ipv6, hosts = ?local.lan_hosts, "own addresses");
        self.engine.handle(Input::LocalAddresses(local), now());
    }

    /// Keeps the addresses of peers in the file at `path`, from now on.
    pub(super) fn keep_snapshot(&mut self, path: PathBuf) {
        self.snapshots = Some(SnapshotKeeper::new(path));
    }

    async fn save_snapshot(&mut self) {
        if let Some(keeper) = &mut self.snapshots {
            keeper.save(self.engine.network().snapshot()).await;
        }
    }

    async fn send_beacon(&mut self, beacon: &Beacon) {
        if self.beacons.open(&self.endpoint) {
            self.move_to(self.engine.local_addresses().clone());
        }
        let sent = self.beacons.send(beacon).await;
        count(self.engine.statistics_mut(), &beacon.bytes, sent);
    }

    fn timeout(&mut self) {
        let at = now();
        // Before the watch begins: the strategy whose turn it is has no part in what they take.
        self.engine.expire_ahead(at);
        let Some(step) = self.engine.next_step(at) else {
            self.engine.handle(Input::Timeout, at);
            return;
        };
        self.watchdog.enter(step.name);
        self.engine.handle(Input::Timeout, at);
        let took = self.watchdog.leave();
        let overruns = self.engine.pacing_stats().overruns;
        if std::mem::replace(&mut self.overruns, overruns) < overruns && self.may_warn(step.id, at)
        {
            tracing::warn!(strategy = %step.name, overlay = %step.overlay, "a step sent more than leaves in half of its slot: the next turn has to wait");
        }
        if took > self.engine.step_gap() {
            self.slow_steps += 1;
            if self.may_warn(step.id, at) {
                let milliseconds = took.as_secs_f64() * 1e3;
                tracing::warn!(strategy = %step.name, overlay = %step.overlay, milliseconds, "a step took longer than the time between two turns");
            }
        }
    }

    /// Sends everything the engine wants sent; once the socket has it, the next strategy may step.
    async fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Event(event) => {
                    if let Event::Health(health) = &event {
                        let waiting = self.pipeline.stats().waiting;
                        self.overload.note(health, waiting, now());
                    }
                    // An error only says that nobody listens.
                    let _ = self.events.send(event);
                }
                Output::Beacon(beacon) => self.send_beacon(&beacon).await,
                Output::Resolve(lookup) => self.resolver.start(lookup),
                Output::Spawn(task) => self.futures.spawn(task),
                Output::Cancel(id) => self.futures.cancel(id),
                Output::Send(outgoing) => {
                    let Self {
                        engine, endpoint, ..
                    } = self;
                    self.pipeline.send(outgoing, endpoint, engine).await;
                }
            }
        }
        let Self {
            engine, endpoint, ..
        } = self;
        self.pipeline.flush(endpoint, engine).await;
    }

    /// As [`Node::drain`], and waits until all of it is signed and sent.
    async fn drain_to_the_end(&mut self) {
        self.drain().await;
        while self.pipeline.is_sealing() {
            self.pipeline.finish_one().await;
            self.drain().await;
        }
    }

    /// What a step has sent and the pacing holds leaves at its pace, but does not keep the node for long.
    async fn send_held(&mut self) {
        let end = now() + STOP_PATIENCE;
        while let Some(next) = self.engine.next_release().filter(|next| *next <= end) {
            tokio::time::sleep_until(next.into()).await;
            self.engine.handle(Input::Timeout, now());
            self.drain_to_the_end().await;
        }
        let dropped = self.engine.drop_held();
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "datagrams of a step had not left when the node stopped"
            );
        }
    }

    fn may_warn(&mut self, of: StrategyId, at: Instant) -> bool {
        self.warned
            .retain(|_, last| at.saturating_duration_since(*last) < REPORT_EVERY);
        let silent = self.warned.contains_key(&of);
        if !silent {
            self.warned.insert(of, at);
        }
        !silent
    }

    /// One line per ten seconds says what was dropped, however much it was.
    fn report_drops(&mut self) {
        let at = now();
        if at < self.next_report {
            return;
        }
        self.next_report = at + REPORT_EVERY;
        let waiting = self.pipeline.stats().waiting;
        self.overload.note(&self.engine.health(), waiting, at);
        let stats = self.engine.stats();
        let dropped = stats.dropped();
        if dropped > self.reported_drops {
            let reasons: Vec<_> = stats
                .drops()
                .filter(|(_, count)| *count > 0)
                .map(|(reason, count)| format!("{reason} {count}"))
                .collect();
            tracing::warn!(new = dropped - self.reported_drops, total = %reasons.join(", "), "datagrams were dropped");
            self.reported_drops = dropped;
        }
    }

    pub(super) fn stats(&self) -> NodeStats {
        NodeStats {
            uptime: now().saturating_duration_since(self.started),
            engine: self.engine.stats().clone(),
            endpoint: *self.endpoint.stats(),
            inbox: self.pipeline.stats(),
            interfaces: self.endpoint.interfaces(),
            peers: self.engine.networks().map(PeerGraph::verified_count).sum(),
            addresses: self.engine.networks().map(PeerGraph::address_count).sum(),
            network: self.engine.network_stats(),
            overlays: self.engine.traffic_of_all(),
            pacing: self.engine.pacing_stats(),
            health: self.engine.health(),
            missed_turns: self.engine.missed_turns(),
            slow_steps: self.slow_steps,
            hanging_steps: self.watchdog.hanging(),
        }
    }
}

/// How many cores this process may use.
fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn first_address(endpoint: &Endpoint) -> Option<std::net::SocketAddr> {
    endpoint.local_addresses().first().copied()
}
