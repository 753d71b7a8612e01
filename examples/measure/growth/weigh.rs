//! What one of them takes of memory.

use crate::Result;
use crate::meter::{ratio, resident};
use crate::series::Series;
use crate::world::{INTRODUCERS, World};

/// At least so many things are weighed together, in as many nodes as that takes: a system gives memory by pages.
const THINGS: usize = 10_000;

/// But in no more nodes than this, and then so few things still fill hundreds of pages.
const NODES: usize = 1_000;

/// By how much the resident memory of this process grows while `size` of them are added to a node, divided by `size`: the mean of as
/// many nodes as have [`THINGS`] together. What the first one brings with it counts.
pub(crate) fn weigh(series: Series, size: usize) -> Result<f64> {
    let nodes = THINGS.div_ceil(size.max(1)).min(NODES);
    // What is only loaded or allocated once is not to be counted.
    let mut first = bare(series)?;
    add(&mut first, series, size.min(10))?;
    let worlds: Result<Vec<World>> = (0..nodes).map(|_| bare(series)).collect();
    let mut worlds = worlds?;
    let before = resident();
    for world in &mut worlds {
        add(world, series, size)?;
    }
    let added = resident().saturating_sub(before);
    #[allow(clippy::cast_precision_loss)]
    let added = added as f64;
    Ok(added / ratio(nodes * size))
}

/// A node with what has to be there before.
fn bare(series: Series) -> Result<World> {
    let mut world = World::empty()?;
    match series {
        Series::Overlays => {}
        Series::Peers | Series::Strategies => world.add_overlays(1)?,
        Series::Addresses => {
            world.add_overlays(1)?;
            world.add_peers(0..INTRODUCERS)?;
        }
    }
    Ok(world)
}

fn add(world: &mut World, series: Series, size: usize) -> Result<()> {
    match series {
        Series::Peers => world.add_peers(0..size),
        Series::Addresses => world.add_addresses(size),
        Series::Overlays => world.add_overlays(size),
        Series::Strategies => world.add_strategies(size),
    }
}
