//! The resident memory of a whole process, by the number of known peers, and the memory per peer.

use super::{Bench, Group, Selected};
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

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let load = Load::new()?;
    let per_peer = selected.has("memory-per-peer");
    let sizes = SIZES
        .iter()
        .filter(|(id, peers, _)| selected.has(id) || (per_peer && *peers != 1_000));
    let sizes: Vec<_> = sizes.collect();
    let mut turns = vec![Vec::new(); sizes.len()];
    for number in 1..=bench.pairs {
        bench.progress(&format!("memory: turn {number} of {}", bench.pairs));
        for ((_, peers, _), turns) in sizes.iter().zip(&mut turns) {
            let setup = bench.setup("plain", &load, *peers);
            let python = bench.python_node(&setup)?.map(occupied).transpose()?;
            turns.push(Turn {
                python,
                ours: Some(occupied(bench.ours("node", &setup)?)?),
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
        .filter(|((id, ..), _)| selected.has(id));
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

/// Returns the resident memory of the process once it listens.
fn occupied(mut child: Child) -> Result<f64> {
    child.listening()?;
    resident(child.id()).ok_or_else(|| "this system does not report the memory of a process".into())
}
