//! From the node's events to reports.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ipv8_core::Ipv8;
use ipv8_core::engine::Event;
use ipv8_examples::output::Reports;
use ipv8_examples::report::{Report, Stats, seconds};
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval};

use crate::community::Steered;

/// How often the figures are reported.
const STATS_EVERY: Duration = Duration::from_secs(1);

/// Reports what happens in a node, until the node has ended.
pub(crate) struct Reporter {
    node: Ipv8,
    events: broadcast::Receiver<Event>,
    reports: Reports,
    started: Instant,
}

impl Reporter {
    /// Hears of everything from now on; times are told since `started`.
    pub(crate) fn new(node: &Ipv8, reports: Reports, started: Instant) -> Self {
        Self {
            node: node.clone(),
            events: node.events(),
            reports,
            started,
        }
    }

    pub(crate) async fn run(mut self) {
        let listening = Report::listening(self.node.local_addresses(), self.node.my_peer());
        if let Some(listening) = listening {
            self.reports.tell(&listening).await;
        }
        let mut ticks = interval(STATS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        // The first tick comes at once, with nothing to report.
        ticks.tick().await;
        loop {
            let report = tokio::select! {
                received = self.events.recv() => match Report::heard(received, self.started) {
                    ControlFlow::Continue(report) => report,
                    ControlFlow::Break(()) => return,
                },
                _ = ticks.tick() => stats(&self.node, self.started).await.map(Report::Stats),
            };
            if let Some(report) = report {
                self.reports.tell(&report).await;
            }
        }
    }
}

/// The node's figures now; `None` when it has stopped.
pub(crate) async fn stats(node: &Ipv8, started: Instant) -> Option<Stats> {
    let overlay = node.overlay::<Steered>()?;
    let counts = overlay.call(|_, cx| (cx.peer_count(), cx.walkable_count()));
    let (peers, walkable) = counts.await.ok()?;
    let figures = node.statistics().await.ok()?;
    let at = seconds(started.elapsed());
    Some(Stats::new(at, &figures.engine, peers, walkable))
}
