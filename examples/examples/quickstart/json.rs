//! The figures as JSON: one object for progress, one for the summary.

use std::time::Duration;

use ipv8_examples::measure::spread::Spread;
use serde_json::{Value, json};

use crate::figures::{Figures, Spacing, TrafficStats};

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
        "strategies": strategies(figures),
        "hellos": { "sent": sent, "received": received },
    })
}

/// Returns the summary object. `outcome` is `reached`, `gave_up` or `interrupted`. Times are in
/// seconds since the start, spacing is in milliseconds.
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
        "strategies": strategies(figures),
        "hellos": { "sent": sent, "received": received },
        "traffic": traffic(&figures.traffic),
        "tracker": traffic(&figures.tracker),
        "spacing": figures.spacing.as_ref().map(spacing),
    })
}

fn strategies(figures: &Figures) -> Vec<Value> {
    let strategies = figures.strategies.iter();
    let objects = strategies.map(|strategy| {
        json!({
            "name": strategy.name,
            "target": strategy.target,
            "steps": strategy.taken,
            "skipped": strategy.skipped,
            "idle": strategy.idle,
        })
    });
    objects.collect()
}

/// Returns `null` if no node reached the goal.
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

fn traffic(traffic: &TrafficStats) -> Value {
    json!({
        "datagrams_sent": traffic.sent.0,
        "bytes_sent": traffic.sent.1,
        "datagrams_received": traffic.received.0,
        "bytes_received": traffic.received.1,
        "drops": traffic.drops,
        "kernel_drops": traffic.kernel_drops,
        "panics": traffic.panics,
        "missed_turns": traffic.missed_turns,
        "slow_steps": traffic.slow_steps,
    })
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
