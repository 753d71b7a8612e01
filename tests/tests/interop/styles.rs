//! Old-style and new-style Python peers with a Rust node, walking in either direction. The message
//! ids show which style they use.

use std::collections::BTreeSet;

use ipv8_tests::python::{PythonNeighbour, PythonProcess, TrafficStats};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, Walker};

const COMMUNITY: &str = "69707638206f6c6420616e64206e657720737479";
/// Short, so that enough exchanges happen soon.
const WALK_INTERVAL: f64 = 0.05;
/// How many exchanges are checked.
const EXCHANGES: usize = 4;

const OLD_REQUEST: u8 = 246;
const OLD_RESPONSE: u8 = 245;
const NEW_REQUEST: u8 = 234;
const NEW_RESPONSE: u8 = 233;

/// Our node asks the Python peer repeatedly. Returns the ids of the requests that the peer
/// accepted, in order, and its traffic.
fn we_walk(python: &PythonNeighbour, style: &[&str]) -> (Vec<u64>, TrafficStats) {
    let mut theirs = python.peer(COMMUNITY, style);
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.walkers = vec![Walker::AskPeers];
    options.walk_interval = WALK_INTERVAL;
    let mut ours = RustNode::start(&options);
    let listening = theirs.listening();
    ours.walk_to(listening.address);
    ours.wait_for_peer(&listening.mid);
    theirs.wait_for_peer(&ours.mid());
    let ids = ids(&mut theirs, "introduction_request");
    for _ in 0..EXCHANGES {
        ours.wait_for_event("introduction_response");
    }
    assert_eq!(ours.stats().engine.dropped(), 0);
    (ids, theirs.traffic())
}

/// The Python peer asks our node repeatedly. Returns the ids of the responses that the peer
/// accepted, in order, and its traffic.
fn they_walk(python: &PythonNeighbour, style: &[&str]) -> (Vec<u64>, TrafficStats) {
    let interval = WALK_INTERVAL.to_string();
    let walking = [
        "--walker",
        "RandomWalk:20,reset_chance=255",
        "--walk-interval",
        &interval,
    ];
    let mut theirs = python.peer(COMMUNITY, &[&walking[..], style].concat());
    let mut ours = RustNode::start(&RustNodeOptions::new(COMMUNITY));
    let mid = theirs.listening().mid;
    theirs.walk_to(ours.address());
    ours.wait_for_peer(&mid);
    theirs.wait_for_peer(&ours.mid());
    let ids = ids(&mut theirs, "introduction_response");
    assert_eq!(ours.stats().engine.dropped(), 0);
    (ids, theirs.traffic())
}

/// Returns the message ids of the next events named `event`.
fn ids(theirs: &mut PythonProcess, event: &str) -> Vec<u64> {
    (0..EXCHANGES)
        .filter_map(|_| theirs.wait_for_event(event)["id"].as_u64())
        .collect()
}

/// Returns the old id once, then the new one for good.
fn turning(old: u8, new: u8) -> Vec<u64> {
    let mut ids = vec![u64::from(new); EXCHANGES];
    ids[0] = u64::from(old);
    ids
}

fn only<const N: usize>(ids: [u8; N]) -> BTreeSet<u8> {
    ids.into()
}

fn seen(traffic: &TrafficStats) -> [BTreeSet<u8>; 2] {
    [&traffic.ids_in, &traffic.ids_out].map(|ids| ids.keys().copied().collect())
}

#[test]
fn we_ask_a_new_style_peer_in_new_style_once_it_has_answered() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (requests, traffic) = we_walk(python, &[]);
    assert_eq!(requests, turning(OLD_REQUEST, NEW_REQUEST));
    let wanted = [
        only([OLD_REQUEST, NEW_REQUEST]),
        only([OLD_RESPONSE, NEW_RESPONSE]),
    ];
    assert_eq!(seen(&traffic), wanted, "{traffic:?}");
    let old = [traffic.ids_in[&OLD_REQUEST], traffic.ids_out[&OLD_RESPONSE]];
    assert_eq!(old, [1; 2], "{traffic:?}");
}

#[test]
fn a_new_style_peer_asks_us_in_new_style_once_we_have_answered() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (responses, traffic) = they_walk(python, &[]);
    assert_eq!(responses, turning(OLD_RESPONSE, NEW_RESPONSE));
    // Ours asks it back once: then its address is proven.
    let wanted = [
        only([OLD_RESPONSE, NEW_RESPONSE, NEW_REQUEST]),
        only([OLD_REQUEST, NEW_REQUEST, NEW_RESPONSE]),
    ];
    assert_eq!(seen(&traffic), wanted, "{traffic:?}");
    let proof = [traffic.ids_in[&NEW_REQUEST], traffic.ids_out[&NEW_RESPONSE]];
    assert_eq!(proof, [1; 2], "{traffic:?}");
}

#[test]
fn we_ask_an_old_style_peer_in_old_style() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (requests, traffic) = we_walk(python, &["--old-style"]);
    assert_eq!(requests, [u64::from(OLD_REQUEST); EXCHANGES]);
    assert_eq!(seen(&traffic), [only([OLD_REQUEST]), only([OLD_RESPONSE])]);
}

#[test]
fn an_old_style_peer_is_answered_in_old_style() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (responses, traffic) = they_walk(python, &["--old-style"]);
    assert_eq!(responses, [u64::from(OLD_RESPONSE); EXCHANGES]);
    // Ours asks it back once: then its address is proven.
    let both = only([OLD_RESPONSE, OLD_REQUEST]);
    assert_eq!(seen(&traffic), [both.clone(), both]);
    let proof = [traffic.ids_in[&OLD_REQUEST], traffic.ids_out[&OLD_RESPONSE]];
    assert_eq!(proof, [1; 2], "{traffic:?}");
}
