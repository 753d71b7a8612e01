//! Turns the node's events into reports.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{Event, StepReport};
use ipv8_core::{Community, Ipv8};
use ipv8_examples::output::Reports;
use ipv8_examples::report::{Load, Report, Stats, seconds};
use ipv8_examples::strategy::NamedStrategy;
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
}

/// The positions of each overlay's strategies on the command line.
struct Indexes {
    plain: Vec<usize>,
    discovery: Vec<usize>,
}

impl Indexes {
    fn new(strategies: &[NamedStrategy]) -> Self {
        let all = strategies.iter().enumerate();
        let (discovery, plain): (Vec<_>, Vec<_>) = all.partition(|(_, one)| one.is_for_discovery());
        let indexes =
            |part: Vec<(usize, &NamedStrategy)>| part.into_iter().map(|(at, _)| at).collect();
        let mut discovery: Vec<usize> = indexes(discovery);
        // The walk of the discovery community comes after all of them.
        discovery.push(strategies.len());
        Self {
            plain: indexes(plain),
            discovery,
        }
    }

    /// Returns the event with the index of a step as a position on the command line.
    fn renumbered(&self, event: Event) -> Event {
        match event {
            Event::Step(mut step) => {
                step.index = self.of(&step);
                Event::Step(step)
            }
            other => other,
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
    /// Subscribes to the node's events. Times count from `started`; strategies are numbered by
    /// their position in `strategies`.
    pub(crate) fn new(
        node: &Ipv8,
        reports: Reports,
        started: Instant,
        strategies: &[NamedStrategy],
    ) -> Self {
        Self {
            node: node.clone(),
            events: node.events(),
            reports,
            started,
            indexes: Indexes::new(strategies),
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
                    let received = received.map(|event| self.indexes.renumbered(event));
                    match Report::heard(received, self.started) {
                        ControlFlow::Continue(report) => report,
                        ControlFlow::Break(()) => return,
                    }
                }
                _ = ticks.tick() => stats(&self.node, self.started).await,
            };
            if let Some(report) = report {
                self.reports.tell(&report).await;
            }
        }
    }
}

/// Returns the report of the node's counters; `None` if it has stopped.
pub(crate) async fn stats(node: &Ipv8, started: Instant) -> Option<Report> {
    let overlay = node.overlay::<Steered>()?;
    let counts = overlay.call(|_, cx| (cx.peer_count(), cx.walkable_count()));
    let (peers, walkable) = counts.await.ok()?;
    let figures = node.stats().await.ok()?;
    Some(Report::Stats(Box::new(Stats {
        at: seconds(started.elapsed()),
        load: Some(Load::of(&figures)),
        tracker: None,
        engine: figures.engine,
        peers,
        walkable,
    })))
}
