//! Introduction requests answered on two cores instead of one, by our own node.
//!
//! A machine of two cores has none left for what asks. So all requests are sent at once, and then the asking core sleeps, but for
//! collecting answers now and then: what counts is the time from the first request to the last answer. The figure for one core is taken in
//! the same manner.

use super::introductions::{REQUESTS, Target};
use super::{Bench, Group, Wanted};
use crate::Result;
use ipv8_examples::compare::figures::{Row, Turn, Unit};
use ipv8_examples::compare::load::{ASKERS, Load};

pub(super) const GROUP: Group = Group {
    ids: &["introductions-two-cores"],
    quick: &[],
    measure,
};

/// How many requests are sent at once.
const BURST: usize = 4_000;
/// How many bursts make one figure.
const BURSTS: usize = 3;

fn measure(bench: &Bench, _wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let Some(cores) = bench.cores else {
        bench.progress(
            "skipped: introduction requests on two cores: there are no two cores to pin to",
        );
        return Ok(Vec::new());
    };
    let mut load = Load::new()?;
    let told = bench.told("plain", &load, ASKERS);
    let one = bench.ours_on("node", &told, &[cores.measured])?;
    let two = bench.ours_on("node", &told, &[cores.load, cores.measured])?;
    let (mut one, mut two) = (Target::new(bench, one)?, Target::new(bench, two)?);
    let mut turns = Vec::new();
    let mut lost = 0;
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "introduction requests on two cores: turn {number} of {}",
            bench.pairs
        ));
        let mut rates = [0.0; 2];
        for (target, rate) in [&mut one, &mut two].into_iter().zip(&mut rates) {
            for _ in 0..BURSTS {
                let outcome = target.burst(&mut load, BURST)?;
                *rate += outcome.rate / BURSTS as f64;
                lost += outcome.lost;
            }
        }
        turns.push(Turn {
            ours: Some(rates[1]),
            base: Some(rates[0]),
            ..Turn::default()
        });
    }
    let sent = BURST * BURSTS * bench.pairs * 2;
    let row = Row::new(
        "introductions-two-cores",
        "introduction requests answered on two cores, 20 peers known",
        Unit::PerSecond,
        turns,
    );
    let repeated = usize::from(REQUESTS) * ASKERS;
    Ok(vec![row.against("our own rate on one core, taken the same way").noted(format!(
        "{BURST} requests ({repeated} different ones) at once, the time to the last answer; {lost} of {sent} had none"
    ))])
}
