//! Converts the figures to JSON: one object for progress and one for the summary.

use std::time::Duration;

use ipv8_examples::measure::spread::Spread;
use serde_json::{Value, json};

use crate::figures::{Figures, Spacing};

/// Returns the progress object.
pub(crate) fn progress(figures: &Figures) -> Value {
    let per_node = |value: fn(&crate::figures::NodeFigures) -> usize| -> Vec<usize> {
        figures.nodes.iter().map(value).collect()
    };
    let (sent, received) = figures.hellos();
    json!({
        "event": "progress",
        "seconds": seconds(figures.at),
        "nodes": figures.goal.nodes,
        "found": figures.found(),
        "heard": figures.heard(),
        "peers_per_node": per_node(|node| node.peers),
        "heard_per_node": per_node(|node| node.heard),
        "strategies": figures.strategies,
        "hellos": { "sent": sent, "received": received },
    })
}

/// Returns the summary object. `outcome` is `reached`, `gave_up` or `interrupted`. Times are in
/// seconds since the start, and spacing is in milliseconds.
pub(crate) fn summary(figures: &Figures, outcome: &str) -> Value {
    let goal = &figures.goal;
    let (sent, received) = figures.hellos();
    json!({
        "event": "summary",
        "outcome": outcome,
        "seconds": seconds(figures.at),
        "nodes": goal.nodes,
        "target": goal.peers,
        "heard_target": goal.heard,
        "time_to_target": times(figures.times(|node| node.found_after)),
        "time_to_heard": times(figures.times(|node| node.heard_after)),
        "lacking": lacking(figures),
        "strategies": figures.strategies,
        "hellos": { "sent": sent, "received": received },
        "traffic": figures.traffic,
        "tracker": figures.tracker,
        "spacing": figures.spacing.as_ref().map(spacing),
    })
}

/// Returns the count, the median and the maximum of `times`; `null` if no node reached the goal.
fn times(times: impl Iterator<Item = Duration>) -> Value {
    Spread::of(times).map_or(Value::Null, |spread| {
        json!({
            "nodes": spread.count,
            "median": seconds(spread.median),
            "last": seconds(spread.maximum),
        })
    })
}

fn lacking(figures: &Figures) -> Vec<Value> {
    let mut lacking = Vec::new();
    for (index, node) in figures.nodes.iter().enumerate() {
        if node.found_after.is_none() || node.heard_after.is_none() {
            lacking.push(json!({
                "node": index + 1,
                "address": node.address.map(|address| address.to_string()),
                "peers": node.peers,
                "heard": node.heard,
            }));
        }
    }
    lacking
}

fn spacing(spacing: &Spacing) -> Value {
    json!({
        "even": ms(spacing.even),
        "node": 1,
        "turns": spacing.first.count + 1,
        "minimum": ms(spacing.first.minimum),
        "median": ms(spacing.first.median),
        "p99": ms(spacing.first.p99),
        "maximum": ms(spacing.first.maximum),
        "all_nodes": { "minimum": ms(spacing.extremes.0), "maximum": ms(spacing.extremes.1) },
    })
}

/// Returns seconds, rounded to the microsecond.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}

/// Returns milliseconds, rounded to the microsecond.
fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
