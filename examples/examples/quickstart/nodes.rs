//! Starts the tracker and the nodes, collects their figures, and stops them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::node::{HandleError, NodeStats, RunningTracker};
use ipv8_core::prelude::*;

use crate::community::{Greeters, GreetersLauncher};
use crate::figures::{Figures, NodeFigures, Spacing, TrafficStats};
use crate::options::Goal;
use crate::steps::{StepWatch, Steps};

/// The address where the tracker and the nodes listen: this machine, any free port.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Number of peers that a node accepts above its target. py-ipv8's defaults (20 and 30) differ by
/// the same number.
const MARGIN: usize = 10;

/// Number of gaps between turns that the first node keeps: enough for 7 hours.
const GAPS_KEPT: usize = 100_000;

/// A tracker and many nodes on this machine.
pub(crate) struct Nodes {
    goal: Goal,
    tracker: RunningTracker,
    nodes: Vec<Node>,
    started: Instant,
}

struct Node {
    ipv8: Ipv8,
    overlay: OverlayHandle<Greeters>,
    watch: StepWatch,
}

impl Nodes {
    /// Starts the tracker and the nodes of `goal`.
    ///
    /// # Errors
    /// A node could not start. The nodes that had started are stopped.
    pub(crate) async fn start(goal: Goal) -> Result<Self, ipv8_core::Error> {
        let tracker = RunningTracker::launch(HERE).await?;
        let mut nodes = Self {
            goal,
            tracker,
            nodes: Vec::with_capacity(goal.nodes),
            started: Instant::now(),
        };
        for number in 0..goal.nodes {
            match nodes.start_one(number).await {
                Ok(node) => nodes.nodes.push(node),
                Err(error) => {
                    nodes.stop().await;
                    return Err(error);
                }
            }
        }
        Ok(nodes)
    }

    async fn start_one(&self, number: usize) -> Result<Node, ipv8_core::Error> {
        let number_of_peers = |peers| i32::try_from(peers).unwrap_or(i32::MAX);
        let launcher = GreetersLauncher {
            target: number_of_peers(self.goal.peers),
        };
        let configuration = Config::new()
            .interfaces([HERE])
            .bootstrap([self.tracker.address()])
            .max_peers(number_of_peers(self.goal.peers + MARGIN));
        let ipv8 = Launchers::new()
            .with(launcher)
            .config(configuration)
            .launch()
            .await?;
        let overlay = ipv8.overlay_by_id(Greeters::COMMUNITY_ID);
        // The summary shows only the gaps of the first node.
        let watch = StepWatch::start(&ipv8, if number == 0 { GAPS_KEPT } else { 0 });
        Ok(Node {
            ipv8,
            overlay,
            watch,
        })
    }

    /// Returns the address of the tracker.
    pub(crate) fn tracker(&self) -> SocketAddr {
        self.tracker.address()
    }

    /// Returns the current figures.
    ///
    /// # Errors
    /// A node has stopped by itself.
    pub(crate) async fn figures(&self) -> Result<Figures, HandleError> {
        let mut figures = Figures::new(self.goal, self.started.elapsed());
        for node in &self.nodes {
            let greeters = node.overlay.call(|greeters, cx| {
                let peers = cx.peer_count();
                (greeters.clone(), peers)
            });
            let (greeters, peers) = greeters.await?;
            let stats = node.ipv8.stats().await?;
            figures
                .nodes
                .push(self.node_figures(node, &greeters, peers));
            add_node(&mut figures.traffic, &stats);
            figures.add_steps(&node.watch.steps());
        }
        figures.tracker.add(&self.tracker.stats());
        figures.spacing = self.spacing();
        Ok(figures)
    }

    fn node_figures(&self, node: &Node, greeters: &Greeters, peers: usize) -> NodeFigures {
        let after = |moments: &[Instant], count: usize| {
            let moment = moments.get(count.checked_sub(1)?)?;
            Some(moment.saturating_duration_since(self.started))
        };
        NodeFigures {
            address: node.ipv8.local_addresses().first().copied(),
            peers,
            heard: greeters.heard_at.len(),
            sent: greeters.sent,
            received: greeters.received,
            found_after: after(&greeters.found_at, self.goal.peers),
            heard_after: after(&greeters.heard_at, self.goal.heard),
        }
    }

    fn spacing(&self) -> Option<Spacing> {
        let steps: Vec<Steps> = self.nodes.iter().map(|node| node.watch.steps()).collect();
        let first = steps.first()?;
        let strategies = u32::try_from(first.strategies.len()).ok()?;
        let even =
            Duration::from_secs_f64(Config::default().walk_interval).checked_div(strategies)?;
        Spacing::of(even, first, &steps)
    }

    /// Stops every node, the last one first, then the tracker. All sockets are closed on return.
    pub(crate) async fn stop(mut self) {
        while let Some(node) = self.nodes.pop() {
            node.ipv8.stop().await;
        }
        self.tracker.stop().await;
    }
}

fn add_node(traffic: &mut TrafficStats, stats: &NodeStats) {
    traffic.add(&stats.engine);
    traffic.missed_turns += stats.missed_turns;
    traffic.slow_steps += stats.slow_steps;
    let lost = stats
        .interfaces
        .iter()
        .filter_map(|interface| interface.kernel_drops);
    traffic.kernel_drops += lost.sum::<u64>();
}
