//! Trackers of both kinds with clients of both kinds, on loopback, with churn: killed peers are
//! removed, living peers stay, and peers that have enough peers are no longer introduced.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::node::{ApiConfig, TrackerConfig};
use ipv8_tests::http;
use ipv8_tests::python::{PythonNeighbour, PythonProcess};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, RustTracker, until};
use serde_json::json;

const COMMUNITY: &str = "747261636b65727320616e6420636c69656e7473";
/// The last clock value that fits the identifier of a ping.
const SIXTEEN_BITS: u64 = 65_535;
/// How soon killed peers must be gone.
const GONE: Duration = Duration::from_secs(70);
/// How long living peers are watched: several pings each.
const WATCHED: Duration = Duration::from_secs(32);

fn our_tracker(global_time: u64) -> (RustTracker, SocketAddr) {
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let configuration = TrackerConfig::new()
        .global_time(global_time)
        .api(ApiConfig::new(here));
    let tracker = RustTracker::start_with(configuration);
    let api = tracker.tracker().api_address().expect("there is an API");
    (tracker, api)
}

/// Returns the ports of the peers that `GET /services` lists for the community.
fn listed(api: SocketAddr) -> BTreeSet<u16> {
    let (status, services) = http::get(api, "/services");
    assert_eq!(status, 200);
    let peers = services[COMMUNITY].as_array().cloned().unwrap_or_default();
    let port = |text: &str| text.split([':', ',']).nth(1)?.parse().ok();
    let ports = peers.iter().filter_map(|peer| port(peer.as_str()?));
    ports.collect()
}

/// Returns the mids that a Python tracker has for the community.
fn known(tracker: &mut PythonProcess) -> BTreeSet<String> {
    let answer = tracker.ask(&json!({"command": "peers"}), "peers");
    let mids = answer["communities"][COMMUNITY].as_array().cloned();
    let mids = mids.unwrap_or_default().into_iter();
    mids.filter_map(|mid| mid.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn killed_peers_are_removed_and_living_peers_stay_also_past_sixteen_bits() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (ours, api) = our_tracker(SIXTEEN_BITS - 2);
    let mut theirs = python.start("tracker.py", &["--duration", "300"]);
    let clock = (SIXTEEN_BITS + 100).to_string();
    let mut old = python.start("tracker.py", &["--duration", "300", "--clock", &clock]);
    let trackers = [
        ours.tracker().address(),
        theirs.listening().address,
        old.listening().address,
    ];
    // None of them has a strategy: each asks once, and then only answers.
    let mut arguments = vec!["--duration", "300", "--bootstrap-timeout", "300"];
    let texts = trackers.map(|tracker| tracker.to_string());
    texts
        .iter()
        .for_each(|text| arguments.extend(["--bootstrap", text]));
    let mut peers = [(); 2].map(|()| python.peer(COMMUNITY, &arguments));
    let listening = peers.each_mut().map(PythonProcess::listening);
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.bootstrap = trackers.to_vec();
    let nodes = [(); 2].map(|()| RustNode::start(&options));
    peers.iter_mut().for_each(PythonProcess::bootstrap);
    nodes.iter().for_each(RustNode::bootstrap);
    let everybody = [0, 1].map(|i| [listening[i].address.port(), nodes[i].address().port()]);
    let all: BTreeSet<u16> = everybody.into_iter().flatten().collect();
    until("everybody", || (listed(api) == all).then_some(()));
    let [living_mid, living_node] = [listening[0].mid.clone(), nodes[0].mid()];
    let living_mids = BTreeSet::from([living_mid, living_node]);
    until("everybody", || {
        (known(&mut theirs).len() == 4).then_some(())
    });

    let killed = Instant::now();
    let ([mut peer, killed_peer], [node, killed_node]) = (peers, nodes);
    drop(killed_peer);
    killed_node.stop();
    let living = BTreeSet::from(everybody[0]);
    let mut gone = [None, None];
    while killed.elapsed() < WATCHED || gone.contains(&None) {
        assert!(
            killed.elapsed() < GONE,
            "{gone:?} gone of {:?} and {:?}",
            listed(api),
            known(&mut theirs)
        );
        let there = listed(api);
        assert!(
            there.is_superset(&living),
            "{there:?} has lost one of {living:?}"
        );
        let known = known(&mut theirs);
        assert!(
            known.is_superset(&living_mids),
            "{known:?} has lost one of {living_mids:?}"
        );
        for (gone, is_gone) in gone.iter_mut().zip([there == living, known == living_mids]) {
            *gone = gone.or_else(|| is_gone.then(|| killed.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    eprintln!("gone from our tracker and from the reference's after {gone:?}");
    // A known bug of py-ipv8: past 16 bits it does not match answers, and removes the peers that
    // sent them.
    until("the old tracker to remove its peers", || {
        known(&mut old).is_empty().then_some(())
    });
    let counters = ours.tracker().counters();
    assert!(
        counters.pongs >= 2 * 3 && counters.timeouts == 2,
        "{counters:?}"
    );
    assert_eq!(counters.pings_refused, 0);
    // Three pings from each of two trackers, and at least one more from the tracker that did not
    // match the answer.
    assert!(peer.traffic().ids_in[&246] > 2 * 3);
    assert!(node.stats().engine.datagrams_in > 3 + 2 * 3);
}

#[test]
fn a_peer_with_enough_peers_is_no_longer_introduced() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (ours, api) = our_tracker(0);
    let address = ours.tracker().address();
    // A client with a limit of 0 and no peers reports in its answer that it is full.
    let (bootstrap, pause) = (address.to_string(), ["--bootstrap-timeout", "300"]);
    let arguments = [&["--bootstrap", &bootstrap], &pause[..]].concat();
    let mut full = python.peer(COMMUNITY, &[&arguments[..], &["--max-peers", "0"]].concat());
    let mut asking = python.peer(COMMUNITY, &arguments);
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.bootstrap = vec![address];
    options.max_peers = Some(0);
    let full_node = RustNode::start(&options);
    let full_peer = full.listening();
    asking.listening();
    full.bootstrap();
    full_node.bootstrap();
    let both = BTreeSet::from([full_peer.address.port(), full_node.address().port()]);
    until("both", || (listed(api) == both).then_some(()));
    until("both to report that they are full", || {
        listed(api).is_empty().then_some(())
    });
    assert_eq!(ours.tracker().counters().full, 2);
    asking.bootstrap();
    asking.wait_for_event("introduction_response");
    assert_eq!(asking.known().walkable, BTreeSet::new());
    assert_eq!(
        ours.tracker().counters().introduced,
        1,
        "a full peer introduced to the other"
    );
}

#[test]
fn clients_find_each_other_through_a_tracker_with_churn() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (ours, api) = our_tracker(SIXTEEN_BITS - 10);
    let bootstrap = ours.tracker().address().to_string();
    let walker = [
        "--bootstrap",
        &bootstrap,
        "--walker",
        "RandomWalk:20,timeout=3.0",
    ];
    let mut peers = [(); 2].map(|()| python.peer(COMMUNITY, &walker));
    let [one, two] = peers.each_mut().map(PythonProcess::listening);
    let [first, second] = &mut peers;
    first.wait_for_peer(&two.mid);
    second.wait_for_peer(&one.mid);
    let ports = BTreeSet::from([one.address.port(), two.address.port()]);
    let start = Instant::now();
    // Long enough for a ping to each peer, and its answer.
    while start.elapsed() < Duration::from_secs(12) {
        assert_eq!(listed(api), ports);
        std::thread::sleep(Duration::from_millis(200));
    }
    let counters = ours.tracker().counters();
    assert_eq!(
        (counters.pings, counters.pongs, counters.timeouts),
        (2, 2, 0)
    );
    // A tracker never becomes a peer, although it asks for introductions like one.
    let [one, two] = [one.mid, two.mid];
    assert_eq!(first.mids(), BTreeSet::from([two]));
    assert_eq!(second.mids(), BTreeSet::from([one]));
}
