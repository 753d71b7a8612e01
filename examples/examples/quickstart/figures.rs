//! What is shown, as plain numbers of one moment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::state::EngineStats;
use ipv8_examples::measure::spread::Spread;

use crate::options::Goal;
use crate::steps::{Steps, StrategySteps};

/// All nodes at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// What every node has to reach.
    pub(crate) goal: Goal,
    /// How long the nodes have been running.
    pub(crate) at: Duration,
    /// Each node, in the order of their start.
    pub(crate) nodes: Vec<NodeFigures>,
    /// The strategies, with the steps of all nodes together.
    pub(crate) strategies: Vec<StrategySteps>,
    /// What all nodes together sent and received.
    pub(crate) traffic: TrafficStats,
    /// What the tracker sent and received.
    pub(crate) tracker: TrafficStats,
    /// How evenly turns are spaced; `None` before a second turn.
    pub(crate) spacing: Option<Spacing>,
}

/// One node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeFigures {
    /// Where it listens.
    pub(crate) address: Option<SocketAddr>,
    /// How many peers it has.
    pub(crate) peers: usize,
    /// From how many of its peers it has heard.
    pub(crate) heard: usize,
    /// Hellos it sent.
    pub(crate) sent: u64,
    /// Hellos it got.
    pub(crate) received: u64,
    /// When it first had as many peers as it was to find, since the start.
    pub(crate) found_after: Option<Duration>,
    /// When it had heard from as many peers as it was to hear from, since the start.
    pub(crate) heard_after: Option<Duration>,
}

/// What went over sockets.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrafficStats {
    /// Datagrams sent, and their bytes without IP and UDP headers.
    pub(crate) sent: (u64, u64),
    /// Datagrams received, and their bytes.
    pub(crate) received: (u64, u64),
    /// How many datagrams were dropped, by reason; only reasons that occurred.
    pub(crate) drops: BTreeMap<&'static str, u64>,
    /// Datagrams that the kernel dropped because a receive buffer was full.
    pub(crate) kernel_drops: u64,
    /// Panics that were caught.
    pub(crate) panics: u64,
    /// Turns that were lost because a step or the machine was late.
    pub(crate) missed_turns: u64,
    /// Steps that took longer than the time between two turns.
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
    /// No nodes yet.
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

    /// How many nodes have found their peers.
    pub(crate) fn found(&self) -> usize {
        self.times(|node| node.found_after).count()
    }

    /// How many nodes have heard from as many peers as they should.
    pub(crate) fn heard(&self) -> usize {
        self.times(|node| node.heard_after).count()
    }

    /// Whether every node has found its peers and has heard from as many as it should.
    pub(crate) fn everybody_is_there(&self) -> bool {
        self.found() == self.goal.nodes && self.heard() == self.goal.nodes
    }

    /// The times at which nodes got somewhere, of those that did.
    pub(crate) fn times<'a>(
        &'a self,
        when: impl Fn(&NodeFigures) -> Option<Duration> + 'a,
    ) -> impl Iterator<Item = Duration> + 'a {
        self.nodes.iter().filter_map(when)
    }

    /// Hellos sent and received by all nodes.
    pub(crate) fn hellos(&self) -> (u64, u64) {
        let sent = self.nodes.iter().map(|node| node.sent).sum();
        let received = self.nodes.iter().map(|node| node.received).sum();
        (sent, received)
    }

    /// Turns that strategies were passed over.
    pub(crate) fn skipped(&self) -> u64 {
        self.strategies
            .iter()
            .map(|strategy| strategy.skipped)
            .sum()
    }
}

impl TrafficStats {
    /// Adds what one node, or the tracker, counted.
    pub(crate) fn add(&mut self, stats: &EngineStats) {
        self.sent.0 += stats.datagrams_out;
        self.sent.1 += stats.bytes_out;
        self.received.0 += stats.datagrams_in;
        self.received.1 += stats.bytes_in;
        self.panics += stats.panics;
        for (reason, count) in stats.drops().filter(|(_, count)| *count > 0) {
            *self.drops.entry(reason.name()).or_default() += count;
        }
    }

    /// How many datagrams were dropped, for whatever reason.
    pub(crate) fn dropped(&self) -> u64 {
        self.drops.values().sum::<u64>() + self.kernel_drops
    }
}

impl Spacing {
    /// The spacing of the node whose steps are `first`, and the extremes of `all` nodes.
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
