//! Rust nodes and nodes of py-ipv8 find each other through one tracker: every node lists every
//! other one as verified.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use ipv8_core::state::DropReason;
use ipv8_tests::python::{Listening, PythonNeighbour, PythonProcess};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, RustTracker, Walker};
use serde_json::json;

const COMMUNITY: &str = "69707638206576657279626f64792066696e6473";
/// How many nodes of each kind there are.
const EACH: usize = 3;

/// Three Rust nodes that walk with `walker` and three Python nodes, with one tracker.
struct Nodes {
    ours: Vec<RustNode>,
    theirs: Vec<(PythonProcess, Listening)>,
}

impl Nodes {
    fn start(python: &PythonNeighbour, tracker: SocketAddr, walker: Walker) -> Self {
        let bootstrap = tracker.to_string();
        let arguments = [
            "--bootstrap",
            &bootstrap,
            "--walker",
            "RandomWalk:20,timeout=3.0",
            "--walk-interval",
            "0.1",
        ];
        // All nodes start before the test waits for the first: starting takes a while.
        let mut theirs = [(); EACH].map(|()| python.peer(COMMUNITY, &arguments));
        let listening = theirs.each_mut().map(PythonProcess::listening);
        let mut options = RustNodeOptions::new(COMMUNITY);
        options.bootstrap = vec![tracker];
        options.walkers = vec![walker];
        Self {
            ours: (0..EACH).map(|_| RustNode::start(&options)).collect(),
            theirs: theirs.into_iter().zip(listening).collect(),
        }
    }

    fn mids(&self) -> BTreeSet<String> {
        let ours = self.ours.iter().map(RustNode::mid);
        let theirs = self
            .theirs
            .iter()
            .map(|(_, listening)| listening.mid.clone());
        ours.chain(theirs).collect()
    }

    /// Waits until every node has reported every other one, then compares their lists.
    fn find_each_other(&mut self) {
        let everybody = self.mids();
        assert_eq!(everybody.len(), 2 * EACH);
        let but = |own: &str| -> BTreeSet<String> {
            everybody
                .iter()
                .filter(|mid| *mid != own)
                .cloned()
                .collect()
        };
        for node in &mut self.ours {
            but(&node.mid())
                .iter()
                .for_each(|mid| node.wait_for_peer(mid));
        }
        for (process, listening) in &mut self.theirs {
            but(&listening.mid)
                .iter()
                .for_each(|mid| process.wait_for_peer(mid));
        }
        for node in &self.ours {
            assert_eq!(node.mids(), but(&node.mid()), "{node}");
            // On one host all punctures go to the introducer (protocol 4.6). An address gets only
            // one in five seconds.
            let stats = node.stats().engine;
            let punctures = stats.count(DropReason::RateLimited);
            assert_eq!(stats.dropped(), punctures, "{node}: {stats:?}");
        }
        for (process, listening) in &mut self.theirs {
            assert_eq!(process.mids(), but(&listening.mid), "{listening:?}");
        }
    }
}

fn find_each_other_through_the_python_tracker(walker: Walker) {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut tracker = python.start("tracker.py", &[]);
    let address = tracker.listening().address;
    let mut nodes = Nodes::start(python, address, walker);
    nodes.find_each_other();
    let known = tracker.ask(&json!({"command": "peers"}), "peers");
    let known: Option<BTreeSet<_>> = known["communities"][COMMUNITY].as_array().map(|mids| {
        mids.iter()
            .filter_map(|mid| mid.as_str())
            .map(str::to_owned)
            .collect()
    });
    assert_eq!(known, Some(nodes.mids()));
}

#[test]
fn random_walkers_find_each_other_through_the_python_tracker() {
    find_each_other_through_the_python_tracker(Walker::Random);
}

#[test]
fn edge_walkers_find_each_other_through_the_python_tracker() {
    find_each_other_through_the_python_tracker(Walker::Edge);
}

#[test]
fn they_find_each_other_through_our_tracker() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let tracker = RustTracker::start();
    let mut nodes = Nodes::start(python, tracker.tracker().address(), Walker::Random);
    nodes.find_each_other();
    let services = tracker.tracker().services();
    assert_eq!(services.len(), 1, "{services:?}");
    assert_eq!(services[0].0.to_string(), COMMUNITY);
    assert_eq!(services[0].1, 2 * EACH);
    // On one host a puncture goes to the introducer, here the tracker, which only answers requests
    // (protocol 4.6).
    let stats = tracker.tracker().stats();
    let punctures = stats.count(DropReason::UnknownMessage);
    assert_eq!(stats.dropped(), punctures, "{stats:?}");
}
