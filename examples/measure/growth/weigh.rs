//! Measures the memory of each one.

use crate::Result;
use crate::meter::{ratio, resident};
use crate::series::Series;
use crate::world::{INTRODUCERS, World};

/// The least number of things that are measured together, in several nodes if necessary. Fewer
/// would fill too few pages, and a system allocates memory in pages.
const THINGS: usize = 10_000;

/// The most nodes. With this many, even single things fill hundreds of pages.
const NODES: usize = 1_000;

/// Returns the growth of the resident memory of this process while `size` things are added to a
/// node, divided by `size`. It is the mean over enough nodes for [`THINGS`] things. Memory that the
/// first thing allocates for all is included.
pub(crate) fn weigh(series: Series, size: usize) -> Result<f64> {
    let nodes = THINGS.div_ceil(size.max(1)).min(NODES);
    // Do not count memory that is allocated once per process.
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

/// Returns a node that is ready for the first thing.
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
