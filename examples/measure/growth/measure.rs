//! Measures every cost at one size of one series.

use std::hint::black_box;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::meter::{nanoseconds, ratio, resident};
use crate::series::Series;
use crate::world::{Arrival, Sizes, Steps, Walker, World, unknown};

/// The costs at one size. Times are nanoseconds of processor time, memory is in bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// The size.
    pub(crate) size: usize,
    /// The cost to answer an introduction request from a known peer: to admit, open and handle it,
    /// and to seal the answer and the puncture request.
    pub(crate) request: f64,
    /// The same cost for a request from a stranger, who gets no puncture request.
    pub(crate) newcomer: f64,
    /// The cost of a `RandomWalk` step.
    pub(crate) random_walk: f64,
    /// The cost of an `EdgeWalk` step for each datagram that it sends.
    pub(crate) edge_walk: f64,
    /// The largest number of datagrams that one `EdgeWalk` step sends.
    pub(crate) edge_walk_most: f64,
    /// The cost of a turn of a strategy that does nothing.
    pub(crate) turn: f64,
    /// The cost to look up an unknown source.
    pub(crate) look_up: f64,
    /// The cost to refuse a hostile datagram.
    pub(crate) hostile: f64,
    /// The resident memory of the whole process at this size.
    pub(crate) resident: u64,
    /// The memory for each peer, address, overlay or strategy. [`crate::weigh`] measures it.
    pub(crate) bytes_each: f64,
}

/// The numbers of requests, steps and look-ups in a batch.
const REQUESTS: usize = 64;
const STEPS: usize = 32;
const LOOK_UPS: usize = 4_096;

pub(crate) fn measure(series: Series, size: usize, batches: usize) -> Result<Sample> {
    let sizes = Sizes::with(series, size);
    let mut world = build(sizes)?;
    let resident = resident();
    let request = requests(&mut world, sizes, batches)?;
    let newcomer = newcomers(&mut world, sizes, batches)?;
    let look_up = look_ups(&world, batches);
    let hostile = hostile(&mut world, batches);
    world.select(Walker::Idle)?;
    let turn = nanoseconds(batches, |meter| {
        meter.time(|| world.steps(STEPS, &mut Steps::default()));
        STEPS
    });
    let random_walk = random_walk(&mut world, batches)?;
    let (edge_walk, edge_walk_most) = edge_walk(&mut world, batches)?;
    Ok(Sample {
        size,
        request,
        newcomer,
        random_walk,
        edge_walk,
        edge_walk_most,
        turn,
        look_up,
        hostile,
        resident,
        bytes_each: 0.0,
    })
}

fn build(sizes: Sizes) -> Result<World> {
    let mut world = World::empty()?;
    world.add_overlays(sizes.overlays)?;
    world.add_strategies(sizes.strategies)?;
    world.add_peers(0..sizes.peers)?;
    world.add_addresses(sizes.addresses)?;
    Ok(world)
}

fn requests(world: &mut World, sizes: Sizes, batches: usize) -> Result<f64> {
    // The requesters come from all parts of the tables.
    let askers = (0..REQUESTS).map(|number| number * sizes.peers / REQUESTS);
    let arrivals: Result<Vec<Arrival>> = askers.map(|number| world.request_of(number)).collect();
    let arrivals = arrivals?;
    let mut sent = 0;
    let each = nanoseconds(batches, |meter| {
        world.pass();
        sent = meter.time(|| arrivals.iter().map(|one| world.receive(one, true)).sum());
        REQUESTS
    });
    if sent < 2 * REQUESTS {
        return Err(format!("{REQUESTS} requests were answered with {sent} datagrams").into());
    }
    Ok(each)
}

fn newcomers(world: &mut World, sizes: Sizes, batches: usize) -> Result<f64> {
    let numbers = sizes.peers..sizes.peers + REQUESTS;
    let arrivals: Result<Vec<Arrival>> = numbers
        .map(|number| world.request_of_stranger(number))
        .collect();
    let arrivals = arrivals?;
    let (mut sent, mut failed) = (0, None);
    let each = nanoseconds(batches, |meter| {
        // The strangers of the last batch are forgotten.
        failed = failed.take().or(world.rest(Walker::Idle).err());
        sent = meter.time(|| arrivals.iter().map(|one| world.receive(one, true)).sum());
        REQUESTS
    });
    failed.map_or(Ok(()), Err)?;
    if sent != REQUESTS {
        return Err(format!("{REQUESTS} strangers were answered with {sent} datagrams").into());
    }
    world.rest(Walker::Idle)?;
    Ok(each)
}

fn look_ups(world: &World, batches: usize) -> f64 {
    let sources: Vec<_> = (0..LOOK_UPS).map(unknown).collect();
    let network = world.engine.network();
    nanoseconds(batches, |meter| {
        meter.time(|| {
            for source in &sources {
                black_box(network.verified_by_address(black_box(source)));
            }
        });
        LOOK_UPS
    })
}

/// Measures the cost to refuse datagrams before the signature check. They are too short, belong to
/// no overlay, or contain an unknown message.
fn hostile(world: &mut World, batches: usize) -> f64 {
    let unknown_message = [&world.prefix()[..], &[99; 200]].concat();
    let datagrams = [vec![0; 22], vec![0xff; 200], unknown_message];
    let sources: Vec<_> = (0..LOOK_UPS).map(unknown).collect();
    nanoseconds(batches, |meter| {
        meter.time(|| {
            for (source, datagram) in sources.iter().zip(datagrams.iter().cycle()) {
                black_box(world.engine.admit(*source, black_box(datagram)));
            }
        });
        LOOK_UPS
    })
}

fn random_walk(world: &mut World, batches: usize) -> Result<f64> {
    world.select(Walker::Random)?;
    let mut failed = None;
    let each = nanoseconds(batches, |meter| {
        let mut steps = Steps::default();
        meter.time(|| world.steps(STEPS, &mut steps));
        let rested = world
            .restore(&steps.asked)
            .and_then(|()| world.rest(Walker::Random));
        failed = failed.take().or(rested.err());
        STEPS
    });
    failed.map_or(Ok(each), Err)
}

/// Returns the nanoseconds per datagram and the number of datagrams of the largest step.
fn edge_walk(world: &mut World, batches: usize) -> Result<(f64, f64)> {
    let (mut most, mut failed) = (0, None);
    let each = nanoseconds(batches, |meter| {
        failed = failed.take().or(world.rest(Walker::Edge).err());
        let mut steps = Steps::default();
        meter.time(|| world.steps(STEPS, &mut steps));
        most = most.max(steps.most);
        steps.datagrams
    });
    failed.map_or(Ok((each, ratio(most))), Err)
}
