//! Introduction requests answered on two cores instead of one, by our own node and by the bare responder.
//!
//! A machine of two cores has none left for what asks. So all requests are sent at once, and then the asking core sleeps, but for
//! collecting answers now and then: what counts is the time from the first request to the last answer. The figure for one core is taken in
//! the same manner. Two cores of a machine are seldom twice as much as one: they share caches, and what looks like a core may be half of
//! one. What there is to gain the bare responder says: on two cores, two of its threads that share nothing but the socket.

use std::time::Duration;

use super::introductions::{REQUESTS, Target};
use super::{Bench, Group, Wanted};
use crate::Result;
use crate::pin::Cores;
use ipv8_examples::measure::compare::figures::{Row, Spread, Turn, Unit};
use ipv8_examples::measure::compare::load::{ASKERS, Load};
use ipv8_examples::measure::compare::processes::processor_time;

pub(super) const GROUP: Group = Group {
    ids: &["introductions-two-cores", "two-cores-against-one"],
    quick: &[],
    measure,
};

/// How many requests are sent at once.
const BURST: usize = 4_000;
/// How many bursts make one figure.
const BURSTS: usize = 3;

/// What one process did in one turn.
#[derive(Default)]
struct Bursts {
    /// Answers a second.
    rate: f64,
    lost: u64,
    /// Which part of the time this program, which asks, was on a processor.
    asking: Option<f64>,
}

/// On one core, and on two.
struct Pair([Target; 2]);

impl Pair {
    fn start(bench: &Bench, load: &Load, name: &str, cores: Cores) -> Result<Self> {
        let told = bench.told("plain", load, ASKERS);
        let one = bench.ours_on(name, &told, &[cores.measured])?;
        let two = bench.ours_on(name, &told, &[cores.load, cores.measured])?;
        Ok(Self([Target::new(bench, one)?, Target::new(bench, two)?]))
    }

    fn bursts(&mut self, load: &mut Load) -> Result<[Bursts; 2]> {
        let [one, two] = &mut self.0;
        Ok([bursts(one, load)?, bursts(two, load)?])
    }
}

fn bursts(target: &mut Target, load: &mut Load) -> Result<Bursts> {
    let mut all = Bursts::default();
    let (mut passed, mut asked) = (0.0, Some(Duration::ZERO));
    for _ in 0..BURSTS {
        let before = processor_time(std::process::id());
        let outcome = target.burst(load, BURST)?;
        let after = processor_time(std::process::id());
        all.rate += outcome.rate / BURSTS as f64;
        all.lost += outcome.lost;
        passed += outcome.answers as f64 / outcome.rate;
        let used = before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before));
        asked = asked.zip(used).map(|(asked, used)| asked + used);
    }
    all.asking = asked.map(|asked| asked.as_secs_f64() / passed);
    Ok(all)
}

fn measure(bench: &Bench, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let Some(cores) = bench.cores else {
        bench.progress(
            "skipped: introduction requests on two cores: there are no two cores to pin to",
        );
        return Ok(Vec::new());
    };
    let mut load = Load::new()?;
    let mut ours = Pair::start(bench, &load, "node", cores)?;
    let mut bare = Pair::start(bench, &load, "bare", cores)?;
    let (mut rates, mut gains) = (Vec::new(), Vec::new());
    let (mut lost, mut asking) = ([0; 2], Vec::new());
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "introduction requests on two cores: turn {number} of {}",
            bench.pairs
        ));
        let (ours, bare) = (ours.bursts(&mut load)?, bare.bursts(&mut load)?);
        for (lost, bursts) in lost.iter_mut().zip([&ours, &bare]) {
            *lost += bursts[0].lost + bursts[1].lost;
        }
        asking.extend(ours[1].asking);
        rates.push(Turn {
            ours: Some(ours[1].rate),
            bare: Some(bare[1].rate),
            base: Some(ours[0].rate),
            ..Turn::default()
        });
        gains.push(Turn {
            ours: Some(ours[1].rate / ours[0].rate),
            bare: Some(bare[1].rate / bare[0].rate),
            ..Turn::default()
        });
    }
    let rows = [rate(bench, rates, lost, asking), gain(gains)].into_iter();
    Ok(rows.filter(|row| wanted.has(&row.id)).collect())
}

/// `lost`: requests to us and to the bare responder without an answer. `asking`: the part of the time that the asking took.
fn rate(bench: &Bench, turns: Vec<Turn>, lost: [u64; 2], asking: Vec<f64>) -> Row {
    let row = Row::new(
        "introductions-two-cores",
        "introduction requests answered on two cores, 20 peers known",
        Unit::PerSecond,
        turns,
    );
    let row = row.against("our own rate on one core, taken the same way");
    let repeated = usize::from(REQUESTS) * ASKERS;
    let sent = BURST * BURSTS * bench.pairs * 2;
    let [ours, bare] = lost;
    let asking = Spread::of(asking).map_or_else(String::new, |asking| {
        format!(
            "; what asks took {:.0} % of one of the two cores meanwhile ({:.0} to {:.0} %)",
            asking.median * 100.0,
            asking.minimum * 100.0,
            asking.maximum * 100.0
        )
    });
    row.noted(format!(
        "{BURST} requests ({repeated} different ones) at once, the time to the last answer; {ours} of {sent} had none, of the bare responder {bare}{asking}"
    ))
}

fn gain(turns: Vec<Turn>) -> Row {
    let work = "introduction requests answered, two cores against one";
    Row::new("two-cores-against-one", work, Unit::Times, turns).noted(
        "the bare responder has a thread on each core, which share nothing but the socket: what a second core of this machine is worth",
    )
}
