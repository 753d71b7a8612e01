//! Measures nodes that start together, for several strategies.

use std::time::Duration;

use ipv8_core::prelude::*;

use crate::graph::{median, ratio};
use crate::world::{MakeStrategies, Walker, World};

/// Number of nodes.
pub(crate) const NODES: usize = 100;
/// Seconds for which each network is watched.
pub(crate) const SECONDS: usize = 120;
/// Number of peers with which a node counts as arrived.
pub(crate) const ARRIVED: usize = 20;

/// The results of one network.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) target: i32,
    /// Number of nodes with at least [`ARRIVED`] peers, after each second.
    pub(crate) arrived: Vec<usize>,
    /// Number of peers of each node at the end.
    pub(crate) degrees: Vec<usize>,
    pub(crate) clustering: f64,
    pub(crate) distance: f64,
    pub(crate) parts: usize,
    /// Datagrams per node and second in the first 30 seconds.
    pub(crate) first: f64,
    /// Datagrams per node and second in the last 30 seconds.
    pub(crate) last: f64,
}

impl Outcome {
    /// Returns the number of seconds until `nodes` nodes had arrived.
    pub(crate) fn arrival(&self, nodes: usize) -> Option<usize> {
        let second = self.arrived.iter().position(|arrived| *arrived >= nodes)?;
        Some(second + 1)
    }
}

const SETUPS: [(&str, i32, MakeStrategies<Walker>); 6] = [
    ("RandomWalk", 20, |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
    }),
    ("EdgeWalk", 20, |strategies| {
        strategies.add::<EdgeWalk>(20, |_| {});
    }),
    ("RandomWalk and EdgeWalk", 20, |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
        strategies.add::<EdgeWalk>(20, |_| {});
    }),
    ("RandomWalk", 5, |strategies| {
        strategies.add::<RandomWalk>(5, |_| {});
    }),
    ("RandomWalk", 30, |strategies| {
        strategies.add::<RandomWalk>(30, |_| {});
    }),
    ("RandomWalk", -1, |strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    }),
];

pub(crate) fn measure() -> Vec<Outcome> {
    SETUPS
        .iter()
        .map(|(name, target, strategies)| watch(name, *target, *strategies))
        .collect()
}

fn watch(name: &'static str, target: i32, strategies: MakeStrategies<Walker>) -> Outcome {
    let mut world = World::new(1, strategies);
    world.add(NODES);
    let (mut arrived, mut sent) = (Vec::new(), vec![world.sent()]);
    for _ in 0..SECONDS {
        world.run_for(Duration::from_secs(1));
        arrived.push(
            (0..NODES)
                .filter(|node| world.degree(*node) >= ARRIVED)
                .count(),
        );
        sent.push(world.sent());
    }
    let graph = world.graph();
    let rate = |from: usize, to: usize| {
        let count = usize::try_from(sent[to] - sent[from]).unwrap_or(usize::MAX);
        ratio(count, NODES * (to - from))
    };
    Outcome {
        name,
        target,
        arrived,
        degrees: (0..NODES).map(|node| world.degree(node)).collect(),
        clustering: graph.clustering(),
        distance: graph.distance(),
        parts: graph.parts(),
        first: rate(0, 30),
        last: rate(SECONDS - 30, SECONDS),
    }
}

/// Returns the smallest, the median and the largest value.
pub(crate) fn spread(degrees: &[usize]) -> (usize, usize, usize) {
    let ends = (degrees.iter().min(), degrees.iter().max());
    (
        ends.0.copied().unwrap_or_default(),
        median(degrees),
        ends.1.copied().unwrap_or_default(),
    )
}
