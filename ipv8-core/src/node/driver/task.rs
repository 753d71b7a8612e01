//! The state of the node's own task.

use std::path::PathBuf;
use std::time::Instant;

use tokio::sync::broadcast;

use super::beacons::Beacons;
use super::futures::Futures;
use super::reports::Reports;
use super::resolver::Resolver;
use super::snapshot_keeper::SnapshotKeeper;
use super::watchdog::Watchdog;
use crate::engine::{Engine, Event};
use crate::node::clock::{now, since};
use crate::node::endpoint::Endpoint;
use crate::node::pipeline::Pipeline;
use crate::node::stats::NodeStats;
use crate::state::network::PeerGraph;

/// A request of another task, run between two inputs.
pub(in crate::node) type Command = Box<dyn FnOnce(&mut Driver) + Send>;

/// A node, as its own task sees it.
pub(in crate::node) struct Driver {
    pub(in crate::node) engine: Engine,
    pub(super) endpoint: Endpoint,
    pub(super) pipeline: Pipeline,
    pub(super) futures: Futures,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) watchdog: Watchdog,
    pub(super) resolver: Resolver,
    pub(super) beacons: Beacons,
    pub(super) snapshots: Option<SnapshotKeeper>,
    pub(super) reports: Reports,
    started: Instant,
}

impl Driver {
    /// Creates the driver of a node that opens and seals on up to `cores` cores; `None` is all.
    pub(in crate::node) fn new(
        mut engine: Engine,
        endpoint: Endpoint,
        events: broadcast::Sender<Event>,
        cores: Option<usize>,
    ) -> Self {
        let started = now();
        let watchdog = Watchdog::start();
        engine.watch_with(watchdog.watch());
        Self {
            engine,
            endpoint,
            pipeline: Pipeline::new(cores.unwrap_or_else(all_cores)),
            futures: Futures::default(),
            events,
            watchdog,
            resolver: Resolver::new(),
            beacons: Beacons::default(),
            snapshots: None,
            reports: Reports::new(started),
            started,
        }
    }

    /// Keeps the addresses of peers in the file at `path`, whose content is `snapshot`, from now
    /// on.
    pub(in crate::node) fn keep_snapshot(&mut self, path: PathBuf, snapshot: &[u8]) {
        self.snapshots = Some(SnapshotKeeper::new(path, snapshot));
    }

    /// Returns the counts and the state of the node.
    pub(in crate::node) fn stats(&self) -> NodeStats {
        NodeStats {
            uptime: since(self.started),
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
            slow_steps: self.reports.slow_steps(),
            hanging_steps: self.watchdog.hanging_steps(),
            hanging_calls: self.watchdog.hanging_calls(),
        }
    }
}

/// Returns how many cores this process may use.
fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
