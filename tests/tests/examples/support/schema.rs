//! The events of the programs: the fields of each, and their types.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use ipv8_core::crypto::PublicKey;
use ipv8_core::state::{Budget, DropReason};
use ipv8_tests::vectors::{hex, unhex};
use serde_json::Value;

type Check = fn(&Value) -> bool;

const LISTENING: &[(&str, Check)] = &[
    ("address", is_address),
    ("addresses", is_address_list),
    ("mid", is_mid),
    ("public_key", Value::is_string),
];
const API: &[(&str, Check)] = &[("address", is_address)];
const PEER: &[(&str, Check)] = &[("mid", is_mid), ("address", is_address)];
const LATENCY: &[(&str, Check)] = &[("mid", is_mid), ("seconds", is_time)];
const STEP: &[(&str, Check)] = &[
    ("strategy", Value::is_string),
    ("index", Value::is_u64),
    ("at", is_time),
    ("peers", Value::is_u64),
    ("skipped", Value::is_boolean),
];
const STATS: &[(&str, Check)] = &[
    ("at", is_time),
    ("datagrams_in", Value::is_u64),
    ("datagrams_out", Value::is_u64),
    ("bytes_in", Value::is_u64),
    ("bytes_out", Value::is_u64),
    ("drops", is_drops),
    ("class_drops", is_class_drops),
    ("refusals", is_refusals),
    ("panics", Value::is_u64),
    ("peers", Value::is_u64),
    ("walkable", Value::is_u64),
];
/// Additional figures of a node.
const LOAD: &[(&str, Check)] = &[
    ("health", |value| has_exactly(value, HEALTH, 0)),
    ("pacing", |value| has_exactly(value, PACING, 0)),
    ("inbox", |value| has_exactly(value, INBOX, 0)),
];
/// The additional figures of a tracker.
const TRACKER: &[(&str, Check)] = &[("tracker", is_tracker_counts)];
const HEALTH: &[(&str, Check)] = &[
    ("lag", is_time),
    ("smoothed", is_time),
    ("worst", is_time),
    ("overloaded", Value::is_boolean),
    ("slowdown", Value::is_f64),
    ("missed_turns", Value::is_u64),
];
const PACING: &[(&str, Check)] = &[
    ("held", Value::is_u64),
    ("most_held", Value::is_u64),
    ("steps", Value::is_u64),
    ("overruns", Value::is_u64),
    ("delayed", Value::is_u64),
    ("total_delay", is_time),
    ("longest_delay", is_time),
    ("brought_forward", Value::is_u64),
    ("late_releases", Value::is_u64),
    ("behind", Value::is_u64),
    ("dropped", Value::is_u64),
];
const INBOX: &[(&str, Check)] = &[
    ("waiting", Value::is_u64),
    ("waiting_bytes", Value::is_u64),
    ("most_waiting", Value::is_u64),
    ("dropped", Value::is_u64),
    ("classes", |value| has_exactly(value, CLASSES, 0)),
];
const CLASSES: &[(&str, Check)] = &[
    ("answer", |value| has_exactly(value, CLASS, 0)),
    ("peer", |value| has_exactly(value, CLASS, 0)),
    ("tracker", |value| has_exactly(value, CLASS, 0)),
    ("contact", |value| has_exactly(value, CLASS, 0)),
    ("stranger", |value| has_exactly(value, CLASS, 0)),
];
const CLASS: &[(&str, Check)] = &[
    ("waiting", Value::is_u64),
    ("opened", Value::is_u64),
    ("dropped", Value::is_u64),
    ("work", Value::is_u64),
];
const LAGGED: &[(&str, Check)] = &[("missed", Value::is_u64)];
const STOPPED: &[(&str, Check)] = &[("reason", Value::is_string)];

/// Parses a line as an event and asserts that it has exactly the expected fields.
pub(crate) fn event(line: &str) -> Value {
    let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let fields = match event["event"].as_str() {
        Some("listening") => LISTENING,
        Some("api") => API,
        Some("peer_added" | "peer_removed") => PEER,
        Some("latency") => LATENCY,
        Some("step") => STEP,
        Some("health") => HEALTH,
        Some("stats") if event.get("health").is_some() => &[STATS, LOAD].concat(),
        Some("stats") => &[STATS, TRACKER].concat(),
        Some("lagged") => LAGGED,
        Some("stopped") => STOPPED,
        _ => panic!("an unknown event: {line}"),
    };
    for (name, check) in fields {
        assert!(check(&event[*name]), "{name} is wrong in {line}");
    }
    assert!(has_exactly(&event, fields, 1), "{line}");
    if event["event"] == "listening" {
        check_key(&event);
    }
    event
}

/// Returns `true` if the object has these fields and `others` more.
fn has_exactly(value: &Value, fields: &[(&str, Check)], others: usize) -> bool {
    let there = value.as_object().map_or(0, serde_json::Map::len);
    there == fields.len() + others && fields.iter().all(|(name, check)| check(&value[*name]))
}

/// Returns `true` for counters that include those that tell how a tracker is doing.
fn is_tracker_counts(value: &Value) -> bool {
    let counts = value.as_object();
    let known = [
        "introduced",
        "nobody_introduced",
        "probes",
        "proven",
        "held",
    ];
    counts.is_some_and(|counts| {
        counts.values().all(Value::is_u64) && known.iter().all(|name| counts.contains_key(*name))
    })
}

fn check_key(event: &Value) {
    let key = unhex(event["public_key"].as_str().unwrap_or_default());
    let key = PublicKey::from_bytes(&key).expect("a public key");
    assert_eq!(event["mid"], hex(key.mid().as_bytes()));
    assert_eq!(event["addresses"][0], event["address"]);
}

fn is_address(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.parse()
        .is_ok_and(|address: SocketAddr| address.port() != 0)
}

fn is_address_list(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(is_address))
}

fn is_mid(value: &Value) -> bool {
    let digits = value.as_str().unwrap_or_default();
    digits.len() == 40
        && digits
            .bytes()
            .all(|digit| b"0123456789abcdef".contains(&digit))
}

/// Returns `true` for seconds in whole microseconds.
fn is_time(value: &Value) -> bool {
    let micros = value.as_f64().unwrap_or(-1.0) * 1e6;
    micros >= 0.0 && (micros - micros.round()).abs() < 1e-3
}

/// Returns `true` for the budgets that are used up; zeros are left out.
fn is_refusals(value: &Value) -> bool {
    let is_count = |(budget, count): (&String, &Value)| {
        let is_budget = Budget::ALL.iter().any(|one| one.name() == budget);
        is_budget && count.as_u64().is_some_and(|count| count > 0)
    };
    value
        .as_object()
        .is_some_and(|budgets| budgets.iter().all(is_count))
}

/// Returns `true` for the drops by class of received datagrams and by reason; zeros are left out.
fn is_class_drops(value: &Value) -> bool {
    let is_count = |(reason, count): (&String, &Value)| {
        let is_reason = DropReason::ALL.iter().any(|one| one.name() == reason);
        is_reason && count.as_u64().is_some_and(|count| count > 0)
    };
    value.as_object().is_some_and(|classes| {
        classes.iter().all(|(class, drops)| {
            let is_class = CLASSES.iter().any(|(name, _)| name == class);
            let drops = drops.as_object();
            is_class && drops.is_some_and(|drops| !drops.is_empty() && drops.iter().all(is_count))
        })
    })
}

fn is_drops(value: &Value) -> bool {
    let Some(drops) = value.as_object() else {
        return false;
    };
    let there: BTreeSet<&str> = drops.keys().map(String::as_str).collect();
    let reasons = DropReason::ALL.iter().map(|reason| reason.name()).collect();
    there == reasons && drops.values().all(Value::is_u64)
}
