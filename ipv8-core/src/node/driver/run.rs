//! The loop of the node's own task.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, watch};

use super::lan_watch::LanWatch;
use super::resolver::Found;
use super::snapshot_keeper::SnapshotKeeper;
use super::task::{Command, Driver};
use crate::engine::{Event, FinishedTask, Input, Output};
use crate::node::clock::{now, since, sleep_until};
use crate::node::endpoint::Endpoint;
use crate::node::stats::count;
use crate::overlay::bootstrap::Beacon;
use crate::overlay::context::LocalAddresses;

/// How long a node that stops continues to send the datagrams that the pacing holds.
const STOP_PATIENCE: Duration = Duration::from_secs(1);

/// A turn or timer that is so late shows that the process was suspended, or blocked by user code.
const SUSPENDED: Duration = Duration::from_secs(1);

/// The longest time for which datagrams are handled before the timers of such a process. Answers
/// come first in the inbox, and thousands can be handled in that time.
const CATCH_UP: Duration = Duration::from_millis(250);

/// Why the loop continues.
enum Woken {
    /// It ends: the node was stopped, or its last handle was dropped.
    End,
    /// A timer or a strategy's turn is due.
    Turn,
    /// Another task made a request.
    Asked(Command),
    /// A name lookup is done.
    Found(Found),
    /// A future of an overlay is done.
    Finished(FinishedTask),
    /// The machine's addresses changed.
    Moved(LocalAddresses),
    /// The snapshot is due.
    Save,
    /// Datagrams arrived, or a report is due.
    Otherwise,
}

impl Driver {
    /// Runs until `stop` is `true` or every handle is dropped. Then unloads the overlays, the last
    /// one first, and closes the socket by dropping it.
    pub(in crate::node) async fn run(
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
                    self.catch_up().await;
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
            let (engine, pipeline) = (&mut self.engine, &mut self.pipeline);
            self.reports.regular(engine, pipeline, now());
        }
        self.end().await;
    }

    async fn end(&mut self) {
        // Saved before the overlays are unloaded, because their peers may leave with them.
        if let Some(keeper) = &mut self.snapshots {
            keeper.save_at_end(self.engine.network()).await;
        }
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

    /// Waits for the next thing to do. If several are due, the first in this list wins.
    async fn woken(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
        stop: &mut watch::Receiver<bool>,
        lan: &mut LanWatch,
    ) -> Woken {
        let deadline = self.engine.poll_timeout();
        let save = self.snapshots.as_ref().map(SnapshotKeeper::next);
        let busy = self.pipeline.is_busy();
        let resumes = self.pipeline.resumes();
        if busy || self.pipeline.has_taken_many() {
            // Nothing below would wait. Other tasks of the runtime get a chance to run, and tokio
            // polls its clock and its sockets.
            tokio::task::yield_now().await;
        }
        tokio::select! {
            biased;
            // An error means that every handle was dropped.
            _ = stop.wait_for(|stop| *stop) => Woken::End,
            () = sleep_until(deadline) => Woken::Turn,
            command = commands.recv() => command.map_or(Woken::End, Woken::Asked),
            found = self.resolver.found() => Woken::Found(found),
            local = lan.changed() => Woken::Moved(local),
            Some(finished) = self.futures.next() => Woken::Finished(finished),
            () = sleep_until(save) => Woken::Save,
            () = self.endpoint.readable() => Woken::Otherwise,
            () = self.pipeline.helped() => Woken::Otherwise,
            () = sleep_until(resumes) => Woken::Otherwise,
            () = self.beacons.readable() => Woken::Otherwise,
            () = sleep_until(Some(self.reports.next())) => Woken::Otherwise,
            () = std::future::ready(()), if busy => Woken::Otherwise,
        }
    }

    /// Moves received datagrams into the inbox, then handles a small piece of it.
    fn receive(&mut self) {
        let endpoints = [Some(&mut self.endpoint), self.beacons.endpoint_mut()];
        for endpoint in endpoints.into_iter().flatten() {
            self.pipeline.fill(endpoint, &mut self.engine);
        }
        self.pipeline.receive(&mut self.endpoint, &mut self.engine);
    }

    /// After a suspension, handles the datagrams that came meanwhile before any timer: answers that
    /// came in time must not be taken for missing ones.
    async fn catch_up(&mut self) {
        let is_late = |due: Instant| since(due) >= SUSPENDED;
        if !self.engine.poll_timeout().is_some_and(is_late) {
            return;
        }
        let begun = now();
        while since(begun) < CATCH_UP {
            self.receive();
            self.drain().await;
            if !self.pipeline.is_busy() {
                return;
            }
        }
    }

    /// Tells the engine the machine's addresses; the beacon socket keeps its own.
    fn move_to(&mut self, local: LocalAddresses) {
        let local = LocalAddresses {
            beacon: self.beacons.endpoint().and_then(first_address),
            ..local
        };
        tracing::info!(lan = %local.lan, ipv6 = ?local.ipv6, hosts = ?local.lan_hosts, "addresses of this machine");
        self.engine.handle(Input::LocalAddresses(local), now());
    }

    async fn save_snapshot(&mut self) {
        let Some(keeper) = &mut self.snapshots else {
            return;
        };
        let again = keeper.save(self.engine.network()).await;
        if !again.is_empty() {
            self.engine.load_snapshot(&again);
        }
    }

    async fn send_beacon(&mut self, beacon: &Beacon) {
        if self.beacons.open(&self.endpoint) {
            self.move_to(self.engine.local_addresses().clone());
        }
        let sent = self.beacons.send(beacon).await;
        count(self.engine.stats_mut(), &beacon.bytes, sent);
    }

    /// Handles due timers, and takes and measures the step if a turn is due.
    fn timeout(&mut self) {
        let at = now();
        let Some(step) = self.engine.begin_turn(at) else {
            return;
        };
        self.watchdog.enter(step.strategy());
        let done = step.take();
        let took = self.watchdog.leave();
        self.reports.step(&done, took, at);
    }

    /// Carries out the engine's outputs. Once the socket has all datagrams, the next turn can
    /// begin.
    async fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Event(event) => self.tell(event),
                Output::Beacon(beacon) => self.send_beacon(&beacon).await,
                Output::Resolve(lookup) => self.resolver.start(lookup),
                Output::Spawn(task) => self.futures.spawn(task),
                Output::Cancel(id) => self.futures.cancel(id),
                Output::Send(outgoing) => {
                    let (endpoint, engine) = (&mut self.endpoint, &mut self.engine);
                    self.pipeline.send(outgoing, endpoint, engine).await;
                }
            }
        }
        let (endpoint, engine) = (&mut self.endpoint, &mut self.engine);
        self.pipeline.flush(endpoint, engine).await;
    }

    fn tell(&mut self, event: Event) {
        if let Event::Health(health) = &event {
            self.reports.health(health, &self.pipeline, now());
        }
        if let Event::Flooded { overlay, callback } = &event {
            self.reports.flood(*overlay, callback, now());
        }
        // An error only means that no handle listens.
        let _ = self.events.send(event);
    }

    /// Like [`Driver::drain`], but waits until all datagrams are signed and sent.
    async fn drain_to_the_end(&mut self) {
        self.drain().await;
        while self.pipeline.is_sealing() {
            self.pipeline.finish_one().await;
            self.drain().await;
        }
    }

    /// Sends the held datagrams at their pace, for at most [`STOP_PATIENCE`].
    async fn send_held(&mut self) {
        let end = now() + STOP_PATIENCE;
        while let Some(next) = self.engine.next_release().filter(|next| *next <= end) {
            sleep_until(Some(next)).await;
            self.engine.handle(Input::Timeout, now());
            self.drain_to_the_end().await;
        }
        let dropped = self.engine.drop_held();
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "the node stopped before it sent all held datagrams"
            );
        }
    }
}

fn first_address(endpoint: &Endpoint) -> Option<SocketAddr> {
    endpoint.local_addresses().first().copied()
}
