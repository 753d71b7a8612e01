//! The cost of single calls, without a socket: steps of the walks, looking up an unknown source,
//! and refusing datagrams before the signature check.

use std::time::Duration;

use ipv8_core::Community;
use serde_json::{Value, json};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use crate::children::Plain;
use ipv8_examples::measure::compare::figures::{Row, Turn, Unit};
use ipv8_examples::measure::compare::format;
use ipv8_examples::measure::compare::population::hex;

pub(super) const STEPS: Group = Group {
    ids: &[
        "random-walk-100",
        "random-walk-1000",
        "random-walk-10000",
        "random-walk-100000",
        "edge-walk-100",
        "edge-walk-1000",
        "edge-walk-1000-datagrams",
        "edge-walk-10000",
        "edge-walk-100000",
    ],
    quick: &["random-walk-1000", "edge-walk-1000"],
    measure: steps,
};

pub(super) const CALLS: Group = Group {
    ids: &[
        "lookup",
        "hostile-prefix",
        "hostile-short",
        "hostile-id",
        "hostile-malformed",
        "hostile-body",
    ],
    quick: &["lookup", "hostile-prefix", "hostile-id"],
    measure: calls,
};

/// The longest time for one figure.
const LIMIT: Duration = Duration::from_secs(60);

const ADDRESSES: [usize; 4] = [100, 1_000, 10_000, 100_000];

/// The processes of both sides.
struct Sides {
    python: Option<Child>,
    ours: Child,
}

impl Sides {
    fn start(bench: &Bench) -> Result<Self> {
        let cores = bench.measured();
        let python = bench.python.as_ref();
        let python = python.map(|python| Child::python(python, "inside.py", &cores, &Value::Null));
        Ok(Self {
            python: python.transpose()?,
            ours: Child::ours("inside", &cores, &Value::Null)?,
        })
    }

    /// Asks py-ipv8 first, then our process.
    fn ask(&mut self, to_python: &Value, to_us: &Value) -> Result<(Option<Value>, Value)> {
        let python = self
            .python
            .as_mut()
            .map(|python| python.ask(to_python, LIMIT));
        Ok((python.transpose()?, self.ours.ask(to_us, LIMIT)?))
    }
}

fn turn(python: Option<&Value>, ours: &Value, field: &str) -> Turn {
    Turn {
        python: python.and_then(|answer| answer[field].as_f64()),
        ours: ours[field].as_f64(),
        ..Turn::default()
    }
}

fn steps(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let mut sides = Sides::start(bench)?;
    let mut rows = Vec::new();
    let walks = [
        ("random-walk", "a RandomWalk step"),
        ("edge-walk", "an EdgeWalk step"),
    ];
    for (walk, name) in walks {
        let datagrams_id = format!("{walk}-1000-datagrams");
        let sizes = ADDRESSES.map(|addresses| (format!("{walk}-{addresses}"), addresses));
        let sizes: Vec<_> = sizes
            .into_iter()
            .filter(|(id, addresses)| {
                selected.has(id) || (*addresses == 1_000 && selected.has(&datagrams_id))
            })
            .collect();
        let mut times = vec![Vec::new(); sizes.len()];
        let mut datagrams = Vec::new();
        for number in 1..=bench.pairs {
            bench.progress(&format!("{name}: turn {number} of {}", bench.pairs));
            let mut base = None;
            for ((_, addresses), times) in sizes.iter().zip(&mut times) {
                let (python, ours) = sides.ask(
                    &json!({"do": walk, "addresses": addresses, "steps": python_steps(walk, *addresses)}),
                    &json!({"do": walk, "addresses": addresses, "steps": our_steps(walk)}),
                )?;
                let time = Turn {
                    base,
                    ..turn(python.as_ref(), &ours, "seconds")
                };
                times.push(time);
                if *addresses == 100 {
                    base = time.ours;
                }
                if *addresses == 1_000 {
                    datagrams.push(turn(python.as_ref(), &ours, "datagrams"));
                }
            }
        }
        for ((id, addresses), times) in sizes.iter().zip(times) {
            let work = format!("{name}, {}", known(walk, *addresses));
            if selected.has(id) {
                rows.push(Row::new(id, &work, Unit::Seconds, times).against("our time with 100"));
            }
            if *addresses == 1_000 && selected.has(&datagrams_id) {
                let work = format!("datagrams of {work}");
                rows.push(Row::new(
                    &datagrams_id,
                    &work,
                    Unit::Datagrams,
                    datagrams.clone(),
                ));
            }
        }
    }
    Ok(rows)
}

fn known(walk: &str, addresses: usize) -> String {
    let count = format::number(addresses as f64);
    if walk == "edge-walk" {
        format!("{count} unanswered introductions")
    } else {
        format!("{count} known addresses")
    }
}

/// Returns the number of steps that fit into the time before an edge times out.
fn python_steps(walk: &str, addresses: usize) -> usize {
    match (walk, addresses) {
        ("edge-walk", ..=1_000) => 4,
        ("edge-walk", _) => 1,
        (_, ..=10_000) => 20,
        _ => 7,
    }
}

fn our_steps(walk: &str) -> usize {
    if walk == "edge-walk" { 4 } else { 50 }
}

fn calls(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let mut sides = Sides::start(bench)?;
    let mut rows = Vec::new();
    let hostile = hostile().map(|(id, what, datagram)| {
        let question = |count| json!({"do": "hostile", "datagram": hex(&datagram), "count": count});
        (
            id,
            format!("refusing a hostile datagram: {what}"),
            question(200),
            question(50),
        )
    });
    let lookup = |count| json!({"do": "lookup", "peers": 10_000, "count": count});
    let lookup = (
        "lookup",
        "looking up an unknown source, 10,000 peers".to_owned(),
        lookup(20),
        lookup(50),
    );
    for (id, work, to_python, to_us) in std::iter::once(lookup).chain(hostile) {
        if !selected.has(id) {
            continue;
        }
        bench.progress(&work);
        let mut turns = Vec::new();
        for _ in 0..bench.pairs {
            let (python, ours) = sides.ask(&to_python, &to_us)?;
            turns.push(turn(python.as_ref(), &ours, "seconds"));
        }
        rows.push(Row::new(id, &work, Unit::Seconds, turns));
    }
    Ok(rows)
}

/// Returns datagrams that are refused before the signature check.
fn hostile() -> [(&'static str, &'static str, Vec<u8>); 5] {
    let prefix = Plain::COMMUNITY_ID.prefix();
    let after_prefix = |rest: &[u8]| [&prefix[..], rest, &[7; 150]].concat();
    [
        ("hostile-prefix", "wrong prefix", vec![7; 180]),
        ("hostile-short", "too short", prefix[..10].to_vec()),
        ("hostile-id", "unknown message", after_prefix(&[77])),
        // An introduction request whose key is one byte long.
        (
            "hostile-malformed",
            "no key in it",
            after_prefix(&[246, 0, 1]),
        ),
        // An introduction response with a key, directly followed by a signature.
        (
            "hostile-body",
            "a key and no message",
            [
                &prefix[..],
                &[245, 0, 74],
                b"LibNaCLPK:",
                &[7; 64],
                &[7; 64],
            ]
            .concat(),
        ),
    ]
}
