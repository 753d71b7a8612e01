//! Measures nodes that join after the first ones have found each other, for several targets.

use std::time::Duration;

use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;

use crate::graph::{Graph, median};
use crate::world::{MakeStrategies, Walker, World};

/// Number of nodes at the beginning.
pub(crate) const OLD: usize = 100;
/// Seconds for which they are alone.
pub(crate) const ALONE: u64 = 120;
/// Number of late nodes.
pub(crate) const LATE: usize = 20;
/// Seconds from their start to the measurement.
pub(crate) const SECONDS: u64 = 60;

/// The results of the late nodes.
pub(crate) struct Outcome {
    pub(crate) target: i32,
    /// Number of old nodes in the list of the median late node.
    pub(crate) old_peers: usize,
    /// Number of late nodes in its list.
    pub(crate) late_peers: usize,
    /// Number of late nodes that list no old node.
    pub(crate) alone: usize,
    /// Number of requests that were dropped because the receiver had too many peers.
    pub(crate) refused: u64,
    /// The clustering among the late nodes; 1: they are a clique.
    pub(crate) clustering: f64,
}

const SETUPS: [(i32, MakeStrategies<Walker>); 4] = [
    (10, |strategies| {
        strategies.add::<RandomWalk>(10, |_| {});
    }),
    (20, |strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
    }),
    (30, |strategies| {
        strategies.add::<RandomWalk>(30, |_| {});
    }),
    (-1, |strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    }),
];

pub(crate) fn measure() -> Vec<Outcome> {
    SETUPS
        .iter()
        .map(|(target, strategies)| watch(*target, *strategies))
        .collect()
}

fn watch(target: i32, strategies: MakeStrategies<Walker>) -> Outcome {
    let mut world = World::new(2, strategies);
    world.add(OLD);
    world.run_for(Duration::from_secs(ALONE));
    let before = refused(&world);
    world.add(LATE);
    world.run_for(Duration::from_secs(SECONDS));
    let lists = world.lists();
    let late: Vec<&Vec<usize>> = lists.iter().skip(OLD).collect();
    let old_peers: Vec<usize> = late.iter().map(|list| old_among(list)).collect();
    let late_peers: Vec<usize> = late
        .iter()
        .map(|list| list.len() - old_among(list))
        .collect();
    let among: Vec<Vec<usize>> = late.iter().map(|list| late_among(list)).collect();
    Outcome {
        target,
        old_peers: median(&old_peers),
        late_peers: median(&late_peers),
        alone: old_peers.iter().filter(|count| **count == 0).count(),
        refused: refused(&world) - before,
        clustering: Graph::new(&among).clustering(),
    }
}

fn old_among(list: &[usize]) -> usize {
    list.iter().filter(|node| **node < OLD).count()
}

/// Returns the late nodes of a list, counted from 0.
fn late_among(list: &[usize]) -> Vec<usize> {
    list.iter()
        .filter_map(|node| node.checked_sub(OLD))
        .collect()
}

fn refused(world: &World<Walker>) -> u64 {
    let refused = |node: usize| {
        let engine = world.internet.engine(world.machine(node));
        engine.stats().count(DropReason::PeerLimit)
    };
    (0..OLD).map(refused).sum()
}
