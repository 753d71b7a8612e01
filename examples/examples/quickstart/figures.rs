//! Holds the figures of all nodes at one moment, as plain numbers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::state::EngineStats;
use ipv8_examples::measure::spread::Spread;
use serde::Serialize;

use crate::options::Goal;
use crate::steps::{Steps, StrategySteps};

/// The figures of all nodes and of the tracker at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// The goal of every node.
    pub(crate) goal: Goal,
    /// Time since the start.
    pub(crate) at: Duration,
    /// The nodes, in the order of their start.
    pub(crate) nodes: Vec<NodeFigures>,
    /// The strategies, each with its steps summed over all nodes.
    pub(crate) strategies: Vec<StrategySteps>,
    /// The traffic of all nodes together.
    pub(crate) traffic: TrafficStats,
    /// The traffic of the tracker.
    pub(crate) tracker: TrafficStats,
    /// How evenly turns are spaced; `None` until the first node has taken two turns.
    pub(crate) spacing: Option<Spacing>,
}

/// The figures of one node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeFigures {
    /// Its address.
    pub(crate) address: Option<SocketAddr>,
    /// Number of its peers.
    pub(crate) peers: usize,
    /// Number of its peers from which it has received a hello.
    pub(crate) heard: usize,
    /// Hellos sent.
    pub(crate) sent: u64,
    /// Hellos received.
    pub(crate) received: u64,
    /// Time from the start until it had enough peers.
    pub(crate) found_after: Option<Duration>,
    /// Time from the start until it had heard enough peers.
    pub(crate) heard_after: Option<Duration>,
}

/// Counts of traffic over sockets and of faults.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct TrafficStats {
    /// Datagrams sent.
    pub(crate) datagrams_sent: u64,
    /// Bytes sent, without IP and UDP headers.
    pub(crate) bytes_sent: u64,
    /// Datagrams received.
    pub(crate) datagrams_received: u64,
    /// Bytes received, without IP and UDP headers.
    pub(crate) bytes_received: u64,
    /// Number of dropped datagrams for each reason that occurred.
    pub(crate) drops: BTreeMap<&'static str, u64>,
    /// Datagrams that the kernel dropped because a receive buffer was full.
    pub(crate) kernel_drops: u64,
    /// Caught panics.
    pub(crate) panics: u64,
    /// Turns lost because a step or the machine was late.
    pub(crate) missed_turns: u64,
    /// Steps that took longer than the gap between two turns.
    pub(crate) slow_steps: u64,
}

/// How evenly the turns of strategies are spaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spacing {
    /// The walk interval divided by the number of strategies.
    pub(crate) even: Duration,
    /// The times between two turns of the first node.
    pub(crate) first: Spread,
    /// The shortest and the longest time between two turns of any node.
    pub(crate) extremes: (Duration, Duration),
}

impl Figures {
    /// Returns empty figures, without any node.
    pub(crate) fn new(goal: Goal, at: Duration) -> Self {
        Self {
            goal,
            at,
            nodes: Vec::new(),
            strategies: Vec::new(),
            traffic: TrafficStats::default(),
            tracker: TrafficStats::default(),
            spacing: None,
        }
    }

    /// Adds the steps of one node. All nodes have the same strategies.
    pub(crate) fn add_steps(&mut self, steps: &Steps) {
        if self.strategies.is_empty() {
            self.strategies.clone_from(&steps.strategies);
            return;
        }
        for (sum, strategy) in self.strategies.iter_mut().zip(&steps.strategies) {
            sum.taken += strategy.taken;
            sum.skipped += strategy.skipped;
            sum.idle += strategy.idle;
        }
    }

    /// Returns the number of nodes with enough peers.
    pub(crate) fn found(&self) -> usize {
        self.times(|node| node.found_after).count()
    }

    /// Returns the number of nodes that have heard enough peers.
    pub(crate) fn heard(&self) -> usize {
        self.times(|node| node.heard_after).count()
    }

    /// Returns `true` if every node has reached its goal.
    pub(crate) fn all_reached(&self) -> bool {
        self.found() == self.goal.nodes && self.heard() == self.goal.nodes
    }

    /// Returns the time that `when` picks from each node, without the nodes that have none.
    pub(crate) fn times<'a>(
        &'a self,
        when: impl Fn(&NodeFigures) -> Option<Duration> + 'a,
    ) -> impl Iterator<Item = Duration> + 'a {
        self.nodes.iter().filter_map(when)
    }

    /// Returns the hellos sent and received by all nodes.
    pub(crate) fn hellos(&self) -> (u64, u64) {
        let sent = self.nodes.iter().map(|node| node.sent).sum();
        let received = self.nodes.iter().map(|node| node.received).sum();
        (sent, received)
    }

    /// Returns the number of skipped turns.
    pub(crate) fn skipped(&self) -> u64 {
        self.strategies
            .iter()
            .map(|strategy| strategy.skipped)
            .sum()
    }
}

impl TrafficStats {
    /// Adds the counts of a node or of the tracker.
    pub(crate) fn add(&mut self, stats: &EngineStats) {
        self.datagrams_sent += stats.datagrams_out;
        self.bytes_sent += stats.bytes_out;
        self.datagrams_received += stats.datagrams_in;
        self.bytes_received += stats.bytes_in;
        self.panics += stats.panics;
        for (reason, count) in stats.drops().filter(|(_, count)| *count > 0) {
            *self.drops.entry(reason.name()).or_default() += count;
        }
    }

    /// Returns the number of dropped datagrams.
    pub(crate) fn dropped(&self) -> u64 {
        self.drops.values().sum::<u64>() + self.kernel_drops
    }
}

impl Spacing {
    /// Returns the gaps of the first node, which took the steps `first`, and the extremes of `all`
    /// nodes.
    pub(crate) fn of(even: Duration, first: &Steps, all: &[Steps]) -> Option<Self> {
        let extremes = || all.iter().filter_map(|steps| steps.extremes);
        Some(Self {
            even,
            first: Spread::of(first.gaps.iter().copied())?,
            extremes: (
                extremes().map(|(shortest, _)| shortest).min()?,
                extremes().map(|(_, longest)| longest).max()?,
            ),
        })
    }
}
