//! Turns the node's events into reports.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::{Event, StepReport};
use ipv8_core::{Community, Ipv8};
use ipv8_examples::output::Reports;
use ipv8_examples::report::{Load, Report, Stats, seconds};
use ipv8_examples::walker::Walker;
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval};

use crate::community::Steered;

/// Time between two reports of the counters.
const STATS_EVERY: Duration = Duration::from_secs(1);

/// Reports the events of a node until it stops.
pub(crate) struct Reporter {
    node: Ipv8,
    events: broadcast::Receiver<Event>,
    reports: Reports,
    started: Instant,
    indexes: Indexes,
    overlays_of: HashMap<PublicKey, usize>,
}

/// The positions of each overlay's strategies on the command line.
struct Indexes {
    plain: Vec<usize>,
    discovery: Vec<usize>,
}

impl Indexes {
    fn new(walkers: &[Walker]) -> Self {
        let all = walkers.iter().enumerate();
        let (discovery, plain): (Vec<_>, Vec<_>) = all.partition(|(_, one)| one.is_for_discovery());
        let indexes = |part: Vec<(usize, &Walker)>| part.into_iter().map(|(at, _)| at).collect();
        let mut discovery: Vec<usize> = indexes(discovery);
        // The walk of the discovery community comes after all of them.
        discovery.push(walkers.len());
        Self {
            plain: indexes(plain),
            discovery,
        }
    }

    fn of(&self, step: &StepReport) -> usize {
        let is_discovery = step.overlay == DiscoveryCommunity::COMMUNITY_ID;
        let part = if is_discovery {
            &self.discovery
        } else {
            &self.plain
        };
        part.get(step.index).copied().unwrap_or(step.index)
    }
}

impl Reporter {
    /// Subscribes to the node's events. Times count from `started`; strategies are numbered by their
    /// position in `walkers`.
    pub(crate) fn new(node: &Ipv8, reports: Reports, started: Instant, walkers: &[Walker]) -> Self {
        Self {
            node: node.clone(),
            events: node.events(),
            reports,
            started,
            indexes: Indexes::new(walkers),
            overlays_of: HashMap::new(),
        }
    }

    /// Returns the event as one of the whole node: a peer connects with the first overlay it is in and
    /// leaves with the last. `None` if the event is not reported.
    fn of_the_node(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::PeerAdded { ref peer, .. } => {
                let overlays = self.overlays_of.entry(peer.key().clone()).or_default();
                *overlays += 1;
                (*overlays == 1).then_some(event)
            }
            Event::PeerRemoved { ref peer, .. } => {
                let overlays = self.overlays_of.get_mut(peer.key())?;
                *overlays -= 1;
                if *overlays > 0 {
                    return None;
                }
                self.overlays_of.remove(peer.key());
                Some(event)
            }
            Event::Step(mut step) => {
                step.index = self.indexes.of(&step);
                Some(Event::Step(step))
            }
            other => Some(other),
        }
    }

    pub(crate) async fn run(mut self) {
        let listening = Report::listening(self.node.local_addresses(), self.node.my_peer());
        if let Some(listening) = listening {
            self.reports.tell(&listening).await;
        }
        let mut ticks = interval(STATS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        // The first tick is immediate and has nothing to report.
        ticks.tick().await;
        loop {
            let report = tokio::select! {
                received = self.events.recv() => {
                    let received = match received.map(|event| self.of_the_node(event)) {
                        Ok(None) => continue,
                        Ok(Some(event)) => Ok(event),
                        Err(error) => Err(error),
                    };
                    match Report::heard(received, self.started) {
                        ControlFlow::Continue(report) => report,
                        ControlFlow::Break(()) => return,
                    }
                }
                _ = ticks.tick() => stats(&self.node, self.started).await.map(Report::Stats),
            };
            if let Some(report) = report {
                self.reports.tell(&report).await;
            }
        }
    }
}

/// Returns the node's counters; `None` if it has stopped.
pub(crate) async fn stats(node: &Ipv8, started: Instant) -> Option<Stats> {
    let overlay = node.overlay::<Steered>()?;
    let counts = overlay.call(|_, cx| (cx.peer_count(), cx.walkable_count()));
    let (peers, walkable) = counts.await.ok()?;
    let figures = node.stats().await.ok()?;
    let at = seconds(started.elapsed());
    let stats = Stats::new(at, &figures.engine, peers, walkable);
    Some(stats.loaded(Load::of(&figures)))
}
