//! A thousand launchers: ordering them, and starting a node with all their overlays.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use ipv8_examples::measure::compare::figures::{Row, Spread, Turn, Unit};
use ipv8_examples::measure::compare::format;

pub(super) const GROUP: Group = Group {
    ids: &["launchers-plan", "launchers-start"],
    quick: &["launchers-plan", "launchers-start"],
    measure,
};

const LIMIT: Duration = Duration::from_secs(60);

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let cores = bench.measured();
    let times = |id, count: usize| if selected.has(id) { count } else { 0 };
    let setup = |plans, starts| {
        let plans = times("launchers-plan", plans);
        json!({"plans": plans, "starts": times("launchers-start", starts)})
    };
    let (mut plans, mut starts, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "1,000 launchers: turn {number} of {}",
            bench.pairs
        ));
        let python = bench.ask_python("launchers.py", &setup(5, 2), LIMIT)?;
        let python = python.unwrap_or_default();
        let ours = Child::ours("launchers", &cores, &setup(101, 21))?.receive(LIMIT)?;
        let turn = |field: &str| Turn {
            python: median(&python[field]),
            ours: median(&ours[field]),
            ..Turn::default()
        };
        plans.push(turn("plans"));
        starts.push(turn("starts"));
        firsts.extend(ours["starts"][0].as_f64());
    }
    let rows = [plan(plans), start(starts, firsts)].into_iter();
    Ok(rows.filter(|row| selected.has(&row.id)).collect())
}

fn plan(turns: Vec<Turn>) -> Row {
    let work = "1,000 launchers: ordering them";
    Row::new("launchers-plan", work, Unit::Seconds, turns)
        .noted("each launcher comes after the one before it")
}

/// Returns the row of starts. `firsts` has the time of the first start of each of our processes.
fn start(turns: Vec<Turn>, firsts: Vec<f64>) -> Row {
    let work = "1,000 launchers: starting a node";
    let row = Row::new("launchers-start", work, Unit::Seconds, turns);
    let Some(first) = Spread::of(firsts) else {
        return row;
    };
    let [first, least, greatest] = [first.median, first.minimum, first.maximum]
        .map(|seconds| format::figure(seconds, Unit::Seconds));
    row.noted(format!(
        "the median start in a process; the first start of ours takes {first} ({least} to {greatest})"
    ))
}

fn median(figures: &Value) -> Option<f64> {
    let figures = figures.as_array().into_iter().flatten();
    Spread::of(figures.filter_map(Value::as_f64)).map(|spread| spread.median)
}
