//! Measures how fast nodes drop vanished peers, with and without a strategy that finds them.

use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::prelude::*;

use crate::graph::{median, ratio};
use crate::world::{MakeStrategies, World};

/// Number of nodes.
pub(crate) const NODES: usize = 60;
/// Number of nodes that vanish.
pub(crate) const GONE: usize = 20;
/// Seconds until they vanish.
pub(crate) const BEFORE: u64 = 60;
/// Seconds for which the remaining nodes are watched afterwards.
pub(crate) const SECONDS: usize = 180;

/// The peer lists of the remaining nodes.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    /// The share of vanished peers in their lists, after each second.
    pub(crate) dead: Vec<f64>,
    /// Number of living peers in the list of the median node at the end.
    pub(crate) living: usize,
}

impl Outcome {
    /// Returns the number of seconds until less than 1 % of the listed peers were vanished ones.
    pub(crate) fn recovered(&self) -> Option<usize> {
        Some(self.dead.iter().position(|dead| *dead < 0.01)? + 1)
    }
}

const SETUPS: [(&str, MakeStrategies<DiscoveryCommunity>); 3] = [
    ("RandomWalk", |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
    }),
    ("RandomWalk and RandomChurn", |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
        strategies.add::<RandomChurn>(-1, |_| {});
    }),
    ("the same, drop_time = 30", |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
        strategies.add::<RandomChurn>(-1, |churn| {
            churn.inactive_time = 15.0;
            churn.drop_time = 30.0;
        });
    }),
];

pub(crate) fn measure() -> Vec<Outcome> {
    SETUPS
        .iter()
        .map(|(name, strategies)| watch(name, *strategies))
        .collect()
}

fn watch(name: &'static str, strategies: MakeStrategies<DiscoveryCommunity>) -> Outcome {
    let mut world = World::new(3, strategies);
    world.add(NODES);
    world.run_for(Duration::from_secs(BEFORE));
    for node in NODES - GONE..NODES {
        let machine = world.machine(node);
        world.internet.unplug(machine);
    }
    let mut dead = Vec::new();
    for _ in 0..SECONDS {
        world.run_for(Duration::from_secs(1));
        let listed = world.lists();
        let listed = listed.iter().take(NODES - GONE).flatten();
        let (all, gone) = listed.fold((0, 0), |(all, gone), node| {
            (all + 1, gone + usize::from(*node >= NODES - GONE))
        });
        dead.push(ratio(gone, all));
    }
    let living = |list: &Vec<usize>| list.iter().filter(|node| **node < NODES - GONE).count();
    let living: Vec<usize> = world
        .lists()
        .iter()
        .take(NODES - GONE)
        .map(living)
        .collect();
    Outcome {
        name,
        dead,
        living: median(&living),
    }
}
