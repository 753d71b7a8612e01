//! A thousand launchers: to put them in order, and to start a node with all their overlays.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, Group, Wanted};
use crate::Result;
use crate::child::Child;
use ipv8_examples::compare::figures::{Row, Spread, Turn, Unit};
use ipv8_examples::compare::format;

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
        json!({
            "plans": times("launchers-plan", plans),
            "starts": times("launchers-start", starts),
        })
    };
    let (mut plans, mut starts, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "1,000 launchers: turn {number} of {}",
            bench.pairs
        ));
        let python = bench
            .python
            .as_ref()
            .map(|python| Child::python(python, "launchers.py", &cores, &told(5, 2))?.hear(LIMIT));
        let python = python.transpose()?;
        let ours = Child::ours("launchers", &cores, &told(101, 21))?.hear(LIMIT)?;
        let turn = |field: &str| Turn {
            python: python
                .as_ref()
                .and_then(|python| middle(&python[field]).map(|spread| spread.median)),
            ours: middle(&ours[field]).map(|spread| spread.median),
            ..Turn::default()
        };
        plans.push(turn("plans"));
        starts.push(turn("starts"));
        firsts.extend(ours["starts"][0].as_f64());
    }
    let plan = Row::new(
        "launchers-plan",
        "1,000 launchers: putting them in order",
        Unit::Seconds,
        plans,
    );
    let plan = plan.noted("each is to be launched after the one before it");
    let mut start = Row::new(
        "launchers-start",
        "1,000 launchers: from them to a running node",
        Unit::Seconds,
        starts,
    );
    if let Some(first) = Spread::of(firsts) {
        let [median, least, greatest] = [first.median, first.minimum, first.maximum]
            .map(|seconds| format::figure(seconds, Unit::Seconds));
        start = start.noted(format!(
            "the median start of a process; its first one takes us {median} ({least} to {greatest})"
        ));
    }
    let rows = [plan, start].into_iter();
    Ok(rows.filter(|row| wanted.has(&row.id)).collect())
}

fn middle(figures: &Value) -> Option<Spread> {
    Spread::of(
        figures
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64),
    )
}
