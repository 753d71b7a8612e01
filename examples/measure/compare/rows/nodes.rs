//! Fifty nodes and a tracker on one core. Each node looks for twenty peers, at the default walk
//! interval of 0.5 s.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use ipv8_examples::measure::compare::figures::{Row, Spread, Turn, Unit};

pub(super) const GROUP: Group = Group {
    ids: &["nodes-median", "nodes-last", "nodes-datagrams"],
    quick: &[],
    measure,
};

const LIMIT: Duration = Duration::from_secs(90);

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let setup = json!({"nodes": 50, "peers": 20});
    let cores = bench.measured();
    let mut turns = [const { Vec::new() }; 3];
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "50 nodes to 20 peers: turn {number} of {}",
            bench.pairs
        ));
        let python = bench.ask_python("nodes.py", &setup, LIMIT)?;
        let python = python.map(|answer| figures(&answer)).transpose()?;
        let ours = figures(&Child::ours("nodes", &cores, &setup)?.receive(LIMIT)?)?;
        for (place, turns) in turns.iter_mut().enumerate() {
            turns.push(Turn {
                python: python.map(|python| python[place]),
                ours: Some(ours[place]),
                ..Turn::default()
            });
        }
    }
    let names = [
        (
            "nodes-median",
            "50 nodes to 20 peers: the median node",
            Unit::Seconds,
        ),
        (
            "nodes-last",
            "50 nodes to 20 peers: the last node",
            Unit::Seconds,
        ),
        (
            "nodes-datagrams",
            "50 nodes to 20 peers: datagrams of all nodes",
            Unit::Datagrams,
        ),
    ];
    let rows = names
        .into_iter()
        .zip(turns)
        .filter(|((id, ..), _)| selected.has(id));
    Ok(rows
        .map(|((id, work, unit), turns)| Row::new(id, work, unit, turns))
        .collect())
}

/// Returns the time of the median node, of the last node, and the number of datagrams.
fn figures(answer: &Value) -> Result<[f64; 3]> {
    let seconds = answer["seconds"].as_array().into_iter().flatten();
    let spread = Spread::of(seconds.filter_map(Value::as_f64));
    let datagrams = answer["datagrams"].as_f64();
    spread
        .zip(datagrams)
        .map(|(spread, datagrams)| [spread.median, spread.maximum, datagrams])
        .ok_or_else(|| format!("no figures in {answer}").into())
}
