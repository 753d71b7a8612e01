//! Twenty nodes, half of them Rust and half py-ipv8, with every strategy that finds and removes
//! peers. No living peer is dropped, every node knows the communities of every other one and its
//! round-trip time, and killed nodes disappear from every list.
//!
//! The test watches them for a minute, or for five with `IPV8_LONG=1`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::{Community, CommunityId};
use ipv8_tests::mixed::{Communities, MixedNode, MixedOptions, NodeView, PythonNodes};
use ipv8_tests::python::{PythonNeighbour, PythonProcess};
use ipv8_tests::rust_node::RustTracker;
use serde_json::json;

const SHARED: &str = "6d69786564206e6574776f726b3a207368617265";
const OURS: Communities = Communities {
    shared: SHARED,
    kind: "6d69786564206e6574776f726b3a206f75727321",
};
const THEIRS: Communities = Communities {
    shared: SHARED,
    kind: "6d69786564206e6574776f726b3a207468656972",
};
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// How many nodes of each kind there are.
const EACH: usize = 10;
/// How many Python and Rust nodes are killed.
const KILLED: [usize; 2] = [3, 2];
/// How soon all nodes must know each other.
const MEETING: Duration = Duration::from_secs(55);
/// How soon killed nodes must be gone.
const GONE: Duration = Duration::from_secs(70);
/// py-ipv8's tracker checks eight of its peers every ten seconds, at random: it may miss one for a
/// while.
const GONE_FROM_THEIR_TRACKER: Duration = Duration::from_secs(110);

fn watched() -> Duration {
    let long = std::env::var_os("IPV8_LONG").is_some_and(|value| value == "1");
    Duration::from_secs(if long { 300 } else { 60 })
}

/// All nodes and trackers.
struct MixedNetwork {
    start: Instant,
    our_tracker: RustTracker,
    their_tracker: PythonProcess,
    ours: Vec<MixedNode>,
    theirs: PythonNodes,
    /// In a separate process, which the test kills.
    doomed: Option<PythonNodes>,
    mids: Vec<String>,
}

impl MixedNetwork {
    /// Half of the nodes of each kind start with the Rust tracker, half with the Python one.
    /// Beacons join the two halves: each Rust node sends them to the one before it, each Python
    /// node to a Rust node.
    fn start(python: &PythonNeighbour) -> Self {
        let our_tracker = RustTracker::start();
        let mut their_tracker = python.start("tracker.py", &["--duration", "900"]);
        let trackers = [
            our_tracker.tracker().address(),
            their_tracker.listening().address,
        ];
        let mut ours: Vec<MixedNode> = Vec::new();
        for number in 0..EACH {
            ours.push(MixedNode::start(&MixedOptions {
                trackers: vec![trackers[number % 2]],
                beacon: ours.last().map(MixedNode::address),
                ..MixedOptions::new(OURS)
            }));
        }
        // Rotated by one, so that a beacon goes to a node with the other tracker.
        let mut beacons: Vec<SocketAddr> = ours.iter().map(MixedNode::address).collect();
        beacons.rotate_left(1);
        let listen = [SocketAddr::from(([127, 0, 0, 1], 0)); EACH];
        let (doomed, staying) = listen.split_at(KILLED[0]);
        let mut theirs = PythonNodes::start(python, THEIRS, staying, &trackers, &beacons);
        // Both processes have an odd number of nodes, so the second starts with the other tracker.
        let [one, other] = trackers;
        let mut doomed = PythonNodes::start(python, THEIRS, doomed, &[other, one], &beacons);
        let mut mids = theirs.listening();
        mids.extend(doomed.listening());
        mids.extend(ours.iter().map(MixedNode::mid));
        Self {
            start: Instant::now(),
            our_tracker,
            their_tracker,
            ours,
            theirs,
            doomed: Some(doomed),
            mids,
        }
    }

    /// Returns the views of all nodes; the Python nodes come first.
    fn look(&mut self) -> Vec<NodeView> {
        let mut views = self.theirs.look();
        views.extend(self.doomed.iter_mut().flat_map(PythonNodes::look));
        views.extend(self.ours.iter().map(MixedNode::look));
        views
    }

    /// Returns the mids in the lists of the two trackers.
    fn tracked(&mut self) -> [BTreeSet<String>; 2] {
        let shared = [DISCOVERY, CommunityId::from_hex(SHARED)];
        let ours = shared.map(|id| self.our_tracker.tracker().peers(id));
        let ours = ours.iter().flatten().map(|peer| peer.mid().to_string());
        let answer = self
            .their_tracker
            .ask(&json!({"command": "peers"}), "peers");
        let communities = answer["communities"].as_object().cloned();
        let theirs = communities.iter().flat_map(|all| all.values());
        let theirs = theirs.filter_map(|mids| mids.as_array()).flatten();
        let theirs = theirs.filter_map(|mid| mid.as_str().map(str::to_owned));
        [ours.collect(), theirs.collect()]
    }

    /// Returns the community that only nodes of this node's kind run.
    fn kind_of(&self, mid: &str) -> &'static str {
        let theirs = self.mids.iter().take(EACH).any(|their| their == mid);
        if theirs { THEIRS.kind } else { OURS.kind }
    }

    /// Returns the first fact that a node should know and does not.
    fn missing(&self, view: &NodeView) -> Option<String> {
        let others = || self.mids.iter().filter(|mid| **mid != view.mid);
        let discovery = DISCOVERY.to_string();
        for other in others() {
            let Some(peer) = view.peers.get(other) else {
                return Some(format!("does not know {other}"));
            };
            for service in [&discovery, SHARED, self.kind_of(other)] {
                if !peer.services.contains(service) {
                    return Some(format!("does not know that {other} runs {service}"));
                }
            }
            if peer.pings == 0 {
                return Some(format!("has no round-trip time of {other}"));
            }
            for (name, list) in [("discovery", &view.discovery), ("shared", &view.shared)] {
                if !list.contains(other) {
                    return Some(format!("does not list {other} in the {name} community"));
                }
            }
        }
        (view.peers.len() > others().count()).then(|| "knows strangers".to_owned())
    }

    fn progress(&self, what: &str, views: &[NodeView]) {
        let at = self.start.elapsed().as_secs();
        let complete = views.iter().filter(|view| self.missing(view).is_none());
        let pairs: usize = views.iter().map(|view| view.peers.len()).sum();
        let (complete, all) = (complete.count(), views.len());
        eprintln!("{at:4} s  {what}: {complete} of {all} nodes know everything, {pairs} pairs");
    }

    /// Prints the view of each node.
    fn table(&self, views: &[NodeView]) {
        eprintln!(
            "{:>8} {:>8} {:>6} {:>9} {:>7} {:>11} {:>5} {:>7}",
            "node", "kind", "peers", "discovery", "shared", "other kind's", "pings", "removed"
        );
        for view in views {
            let theirs = self.kind_of(&view.mid) == THEIRS.kind;
            let (kind, other) = if theirs {
                ("py-ipv8", OURS.kind)
            } else {
                ("ours", THEIRS.kind)
            };
            let knows = |peer: &&ipv8_tests::mixed::PeerView| peer.services.contains(other);
            let heard = view.peers.values().filter(knows).count();
            let pings: usize = view.peers.values().map(|peer| peer.pings).sum();
            eprintln!(
                "{:>8} {kind:>8} {:>6} {:>9} {:>7} {heard:>11} {pings:>5} {:>7}",
                &view.mid[..8],
                view.peers.len(),
                view.discovery.len(),
                view.shared.len(),
                view.removed.len()
            );
        }
    }

    /// Waits until all nodes know each other.
    fn meet(&mut self) {
        loop {
            let views = self.look();
            self.progress("meeting", &views);
            let missing = views
                .iter()
                .find_map(|view| Some((view, self.missing(view)?)));
            let Some((view, missing)) = missing else {
                return;
            };
            if self.start.elapsed() > MEETING {
                self.table(&views);
                panic!("{} at {} {missing}", view.mid, view.address);
            }
            std::thread::sleep(Duration::from_secs(2));
        }
    }

    /// Asserts that no peer is dropped and no fact is forgotten.
    fn stay_together(&mut self, until: Duration) {
        while self.start.elapsed() < until {
            let views = self.look();
            self.progress("watching", &views);
            for view in &views {
                assert_eq!(
                    view.removed,
                    BTreeSet::new(),
                    "{} has dropped a living peer",
                    view.mid
                );
                assert_eq!(self.missing(view), None, "{}", view.mid);
            }
            std::thread::sleep(
                Duration::from_secs(5).min(until.saturating_sub(self.start.elapsed())),
            );
        }
    }

    /// Kills some nodes of both kinds and returns their mids.
    fn kill(&mut self) -> BTreeSet<String> {
        let theirs = self.mids.iter().take(EACH).skip(EACH - KILLED[0]);
        let mut killed: BTreeSet<String> = theirs.cloned().collect();
        self.doomed = None;
        for node in self.ours.drain(EACH - KILLED[1]..) {
            killed.insert(node.mid());
            node.kill();
        }
        assert_eq!(killed.len(), KILLED[0] + KILLED[1]);
        killed
    }

    /// Waits until the killed nodes are gone from every list; no other peer may be dropped.
    fn let_go(&mut self, killed: &BTreeSet<String>) {
        let start = Instant::now();
        let mut gone: [Option<Duration>; 3] = [None; 3];
        let mut told = [0; 3];
        loop {
            let (views, tracked) = (self.look(), self.tracked());
            for view in &views {
                let wrongly = view.removed.iter().find(|mid| !killed.contains(*mid));
                assert_eq!(wrongly, None, "{} has dropped a living peer", view.mid);
            }
            let listed = |view: &NodeView| killed.iter().filter(|mid| view.lists(mid)).count();
            let left: [usize; 3] = [
                views.iter().map(listed).sum(),
                killed.intersection(&tracked[0]).count(),
                killed.intersection(&tracked[1]).count(),
            ];
            let at = start.elapsed();
            for (gone, left) in gone.iter_mut().zip(left) {
                *gone = gone.or((left == 0).then_some(at));
            }
            if left != told {
                let (seconds, [nodes, ours, theirs]) = (at.as_secs(), left);
                eprintln!(
                    "{seconds:4} s  after the end of five: listed {nodes} times by nodes, {ours} by our tracker, {theirs} by theirs"
                );
                told = left;
            }
            if left == [0; 3] {
                self.table(&views);
                break;
            }
            assert!(left[0] == 0 || at < GONE, "still listed by nodes");
            assert!(left[1] == 0 || at < GONE, "still listed by our tracker");
            assert!(
                at < GONE_FROM_THEIR_TRACKER,
                "still listed by their tracker"
            );
            std::thread::sleep(Duration::from_secs(2));
        }
        eprintln!("gone from all nodes, from our tracker and from theirs after {gone:.1?}");
        self.mids.retain(|mid| !killed.contains(mid));
    }
}

#[test]
fn twenty_nodes_of_both_kinds_meet_stay_together_and_drop_dead_peers() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut network = MixedNetwork::start(python);
    network.meet();
    network.stay_together(watched());
    let views = network.look();
    network.table(&views);
    let tracked = network.tracked();
    eprintln!(
        "our tracker has {} of them, theirs {}",
        tracked[0].len(),
        tracked[1].len()
    );
    assert_eq!(tracked.map(|tracked| tracked.len()), [EACH; 2]);
    let killed = network.kill();
    network.let_go(&killed);
}
