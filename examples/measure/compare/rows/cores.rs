//! Introduction requests answered on two cores instead of one, by our node and the bare responder.
//!
//! On a machine with two cores, no core is left for the requester. So it sends all requests at
//! once, then sleeps and wakes only now and then to collect answers. The figure is the time from
//! the first request to the last answer. The figure for one core is measured the same way.
//!
//! Two cores are seldom twice as fast as one: they share caches, and a reported core may be half of
//! a real one. The bare responder shows the possible gain: it runs one thread per core, and the
//! threads share only the socket.

use std::time::Duration;

use super::introductions::{REQUESTS, Target};
use super::{Bench, Group, Selected};
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

/// Number of requests sent at once.
const BURST: usize = 4_000;
/// Number of bursts per figure.
const BURSTS: usize = 3;

/// The results of one process in one turn.
#[derive(Default)]
struct Bursts {
    /// Answers per second.
    rate: f64,
    lost: u64,
    /// The share of the time that this program, the requester, used a processor.
    asking: Option<f64>,
}

/// The same process on one core and on two cores.
struct Pair([Target; 2]);

impl Pair {
    fn start(bench: &Bench, load: &Load, name: &str, cores: Cores) -> Result<Self> {
        let setup = bench.setup("plain", load, ASKERS);
        let one = bench.ours_on(name, &setup, &[cores.measured])?;
        let two = bench.ours_on(name, &setup, &[cores.load, cores.measured])?;
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

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let Some(cores) = bench.cores else {
        bench.progress(
            "skipping introduction requests on two cores: there are no two cores to pin to",
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
    Ok(rows.filter(|row| selected.has(&row.id)).collect())
}

/// Returns the row of rates. `lost` counts the unanswered requests, ours first, then the bare
/// responder's. `asking` has the requester's shares of the time.
fn rate(bench: &Bench, turns: Vec<Turn>, lost: [u64; 2], asking: Vec<f64>) -> Row {
    let row = Row::new(
        "introductions-two-cores",
        "introduction requests answered on two cores, 20 peers known",
        Unit::PerSecond,
        turns,
    );
    let row = row.against("our rate on one core, measured the same way");
    let repeated = usize::from(REQUESTS) * ASKERS;
    let sent = BURST * BURSTS * bench.pairs * 2;
    let [ours, bare] = lost;
    let asking = Spread::of(asking).map_or_else(String::new, |asking| {
        format!(
            "; the requester used {:.0} % of one of the two cores ({:.0} to {:.0} %)",
            asking.median * 100.0,
            asking.minimum * 100.0,
            asking.maximum * 100.0
        )
    });
    row.noted(format!(
        "{BURST} requests ({repeated} different ones) at once, timed to the last answer; unanswered: {ours} of {sent}, bare responder {bare}{asking}"
    ))
}

fn gain(turns: Vec<Turn>) -> Row {
    let work = "introduction requests answered, two cores against one";
    Row::new("two-cores-against-one", work, Unit::Times, turns).noted(
        "the bare responder runs one thread per core, and they share only the socket: its factor is the gain that a second core allows",
    )
}
