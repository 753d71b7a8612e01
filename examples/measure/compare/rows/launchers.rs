//! A thousand launchers: to put them in order, and to start a node with all their overlays.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, Group, Wanted};
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

fn measure(bench: &Bench, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let cores = bench.measured();
    let times = |id, count: usize| if wanted.has(id) { count } else { 0 };
    let told = |plans, starts| {
        let plans = times("launchers-plan", plans);
        json!({"plans": plans, "starts": times("launchers-start", starts)})
    };
    let (mut plans, mut starts, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "1,000 launchers: turn {number} of {}",
            bench.pairs
        ));
        let python = bench.ask_python("launchers.py", &told(5, 2), LIMIT)?;
        let python = python.unwrap_or_default();
        let ours = Child::ours("launchers", &cores, &told(101, 21))?.hear(LIMIT)?;
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
    Ok(rows.filter(|row| wanted.has(&row.id)).collect())
}

fn plan(turns: Vec<Turn>) -> Row {
    let work = "1,000 launchers: putting them in order";
    Row::new("launchers-plan", work, Unit::Seconds, turns)
        .noted("each is to be launched after the one before it")
}

/// `firsts`: what the first start of each of our processes took.
fn start(turns: Vec<Turn>, firsts: Vec<f64>) -> Row {
    let work = "1,000 launchers: from them to a running node";
    let row = Row::new("launchers-start", work, Unit::Seconds, turns);
    let Some(first) = Spread::of(firsts) else {
        return row;
    };
    let [first, least, greatest] = [first.median, first.minimum, first.maximum]
        .map(|seconds| format::figure(seconds, Unit::Seconds));
    row.noted(format!(
        "the median start of a process; its first one takes us {first} ({least} to {greatest})"
    ))
}

fn median(figures: &Value) -> Option<f64> {
    let figures = figures.as_array().into_iter().flatten();
    Spread::of(figures.filter_map(Value::as_f64)).map(|spread| spread.median)
}
