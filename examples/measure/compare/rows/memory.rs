//! Resident memory of a whole process with a node that knows so many peers, and what one peer adds.

use super::{Bench, Group, Wanted};
use crate::Result;
use crate::child::Child;
use ipv8_examples::measure::compare::figures::{Row, Turn, Unit};
use ipv8_examples::measure::compare::load::Load;
use ipv8_examples::measure::compare::processes::resident;

pub(super) const GROUP: Group = Group {
    ids: &["memory-0", "memory-1000", "memory-10000", "memory-per-peer"],
    quick: &[],
    measure,
};

const SIZES: [(&str, usize, &str); 3] = [
    ("memory-0", 0, "memory, no peers known"),
    ("memory-1000", 1_000, "memory, 1,000 peers known"),
    ("memory-10000", 10_000, "memory, 10,000 peers known"),
];

fn measure(bench: &Bench, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let load = Load::new()?;
    let per_peer = wanted.has("memory-per-peer");
    let sizes = SIZES
        .iter()
        .filter(|(id, peers, _)| wanted.has(id) || (per_peer && *peers != 1_000));
    let sizes: Vec<_> = sizes.collect();
    let mut turns = vec![Vec::new(); sizes.len()];
    for number in 1..=bench.pairs {
        bench.progress(&format!("memory: turn {number} of {}", bench.pairs));
        for ((_, peers, _), turns) in sizes.iter().zip(&mut turns) {
            let told = bench.told("plain", &load, *peers);
            let python = bench.python_node(&told)?.map(occupied).transpose()?;
            turns.push(Turn {
                python,
                ours: Some(occupied(bench.ours("node", &told)?)?),
                ..Turn::default()
            });
        }
    }
    let mut rows = Vec::new();
    if let (true, Some(first), Some(last)) = (per_peer, turns.first(), turns.last()) {
        let turns = first.iter().zip(last).map(|(none, all)| each(none, all));
        rows.push(Row::new(
            "memory-per-peer",
            "memory for each of 10,000 peers",
            Unit::Bytes,
            turns.collect(),
        ));
    }
    let sizes = sizes
        .into_iter()
        .zip(turns)
        .filter(|((id, ..), _)| wanted.has(id));
    let sizes = sizes.map(|((id, _, work), turns)| Row::new(id, work, Unit::Bytes, turns));
    Ok(sizes.chain(rows).collect())
}

fn each(none: &Turn, all: &Turn) -> Turn {
    let difference = |none: Option<f64>, all: Option<f64>| Some((all? - none?) / 10_000.0);
    Turn {
        python: difference(none.python, all.python),
        ours: difference(none.ours, all.ours),
        ..Turn::default()
    }
}

/// What the process takes once it listens.
fn occupied(mut child: Child) -> Result<f64> {
    child.listening()?;
    resident(child.id())
        .ok_or_else(|| "this system does not say how much memory a process takes".into())
}
