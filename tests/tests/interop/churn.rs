//! Rust nodes and nodes of py-ipv8 run the discovery community with churn and similarity, as both
//! do by default. They learn which communities they share, measure each other's round-trip times,
//! keep living peers and remove dead ones.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::state::DropReason;
use ipv8_core::{Peer, PingCommunity, RandomChurn};
use ipv8_tests::discovery_node::{DiscoveryNode, DiscoveryOptions};
use ipv8_tests::python::{Discovered, Listening, PythonNeighbour, PythonProcess, mids_of};
use ipv8_tests::rust_node::until;
use serde_json::Value;

const BESIDE: &str = "69707638206e6f626f64792077616c6b73206f6e";
const DISCOVERY: &str = "7e313685c1912a141279f8248fc8db5899c5df5a";
/// How many nodes of each kind there are.
const EACH: usize = 2;
const POLL: Duration = Duration::from_millis(100);

/// A Python node and its events so far.
struct Theirs {
    process: PythonProcess,
    listening: Listening,
    events: Vec<Value>,
}

/// Nodes of both kinds and a Python tracker.
struct Nodes {
    _tracker: PythonProcess,
    ours: Vec<DiscoveryNode>,
    theirs: Vec<Theirs>,
}

impl Nodes {
    /// Starts nodes whose churn uses `1 / hurry` of the default times.
    fn start(python: &PythonNeighbour, hurry: f64) -> Self {
        let mut tracker = python.start("tracker.py", &["--duration", "600"]);
        let address = tracker.listening().address;
        let mut churn = RandomChurn::default();
        churn.ping_interval /= hurry;
        churn.inactive_time /= hurry;
        churn.drop_time /= hurry;
        let walker = format!(
            "RandomChurn:-1,ping_interval={:?},inactive_time={:?},drop_time={:?}",
            churn.ping_interval, churn.inactive_time, churn.drop_time
        );
        let (bootstrap, interval) = (address.to_string(), format!("{:?}", 0.5 / hurry));
        let arguments = [
            ["--community", BESIDE],
            ["--bootstrap", &bootstrap],
            ["--walk-interval", &interval],
            ["--walker", "RandomWalk:20,timeout=3.0"],
            ["--walker", &walker],
            ["--walker", "PeriodicSimilarity:-1"],
        ];
        let mut processes = [(); EACH].map(|()| python.discovery(arguments.as_flattened()));
        let listening = processes.each_mut().map(PythonProcess::listening);
        let mut options = DiscoveryOptions::new(BESIDE);
        options.bootstrap = vec![address];
        options.walk_interval = 0.5 / hurry;
        options.churn = (hurry > 1.0).then_some(churn);
        let theirs = processes.into_iter().zip(listening);
        Self {
            _tracker: tracker,
            ours: (0..EACH).map(|_| DiscoveryNode::start(&options)).collect(),
            theirs: theirs
                .map(|(process, listening)| Theirs {
                    process,
                    listening,
                    events: Vec::new(),
                })
                .collect(),
        }
    }

    fn mids(&self) -> BTreeSet<String> {
        let ours = self.ours.iter().map(DiscoveryNode::mid);
        let theirs = self.theirs.iter().map(|node| node.listening.mid.clone());
        ours.chain(theirs).collect()
    }

    /// Returns the peer list of each node, by the node's mid.
    fn lists(&mut self) -> BTreeMap<String, BTreeMap<String, Discovered>> {
        let ours = self.ours.iter().map(|node| (node.mid(), node.discovered()));
        let theirs = self.theirs.iter_mut().map(|node| {
            let discovered = node.process.discovered();
            (node.listening.mid.clone(), discovered)
        });
        ours.chain(theirs).collect()
    }

    /// Handles the events since the last call.
    fn listen(&mut self) {
        self.ours.iter_mut().for_each(DiscoveryNode::listen);
        for node in &mut self.theirs {
            node.events.extend(node.process.take_events());
        }
    }

    /// Waits until every node lists every other one with both services and has measured it.
    fn know_each_other(&mut self) {
        let everybody = self.mids();
        assert_eq!(everybody.len(), 2 * EACH);
        let services: BTreeSet<String> = [BESIDE, DISCOVERY].map(str::to_owned).into();
        until("everybody in every list", || {
            std::thread::sleep(POLL);
            let lists = self.lists();
            lists
                .values()
                .all(|list| {
                    list.len() == everybody.len() - 1
                        && list
                            .values()
                            .all(|peer| peer.services == services && !peer.pings.is_empty())
                })
                .then_some(())
        });
    }

    /// Lets `time` pass and asserts that no node drops a peer.
    fn no_peer_is_dropped_within(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            std::thread::sleep(POLL);
            self.listen();
            for node in &self.ours {
                assert!(node.removed.is_empty(), "{:?}", node.removed);
            }
            for node in &self.theirs {
                let removed = mids_of(&node.events, "peer_removed");
                assert!(removed.is_empty(), "{removed:?}");
            }
        }
    }

    /// Waits until every living node has measured the round-trip time to every other one `count`
    /// times, and asserts that all times are short.
    fn every_node_is_measured(&mut self, count: usize) {
        self.listen();
        for (mid, list) in self.lists() {
            for (other, peer) in list {
                assert!(
                    peer.pings.len() >= count,
                    "{mid} measured {other}: {:?}",
                    peer.pings
                );
                assert!(
                    peer.pings.iter().all(|ping| (0.0..5.0).contains(ping)),
                    "{:?}",
                    peer.pings
                );
            }
        }
        let everybody = self.mids();
        for node in &self.ours {
            let mut measured = node.measured();
            measured.insert(node.mid());
            assert!(measured.is_superset(&everybody), "{measured:?}");
            // Every pong arrived.
            let stats = node.stats().engine;
            assert_eq!(stats.count(DropReason::Unsolicited), 0, "{stats:?}");
        }
        for node in &self.theirs {
            let mut measured = mids_of(&node.events, "latency");
            measured.insert(node.listening.mid.clone());
            assert!(measured.is_superset(&everybody), "{measured:?}");
            let told = mids_of(&node.events, "similarity");
            assert!(
                self.ours.iter().all(|ours| told.contains(&ours.mid())),
                "{told:?}"
            );
        }
    }

    /// Kills one node of each kind. The others must remove these two within `limit`, and no other
    /// peer. Returns how long it took.
    fn two_are_killed(&mut self, limit: Duration) -> Duration {
        self.no_peer_is_dropped_within(Duration::from_millis(1));
        let ours = self.ours.pop().expect("one of ours");
        let theirs = self.theirs.pop().expect("one of theirs");
        let dead: BTreeSet<String> = [ours.mid(), theirs.listening.mid.clone()].into();
        let killed = Instant::now();
        drop(theirs);
        ours.stop();
        loop {
            let lists = self.lists();
            let living = lists.len() - 1;
            if lists.values().all(|list| list.len() == living) {
                break;
            }
            let listed: Vec<_> = lists
                .values()
                .map(|list| list.keys().collect::<Vec<_>>())
                .collect();
            assert!(
                killed.elapsed() < limit,
                "after {:?}: {listed:?}, {dead:?}",
                killed.elapsed()
            );
            std::thread::sleep(POLL);
        }
        let took = killed.elapsed();
        self.listen();
        for node in &self.ours {
            let removed: BTreeSet<_> = node.removed.iter().map(|(_, mid)| mid.clone()).collect();
            assert_eq!(removed, dead);
            // From both overlays, once each.
            assert_eq!(node.removed.len(), 2 * dead.len(), "{:?}", node.removed);
        }
        for node in &self.theirs {
            assert_eq!(mids_of(&node.events, "peer_removed"), dead);
        }
        took
    }
}

#[test]
fn nodes_know_shared_communities_and_drop_dead_peers_ten_times_as_fast() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut nodes = Nodes::start(python, 10.0);
    nodes.know_each_other();
    nodes.no_peer_is_dropped_within(Duration::from_secs(12));
    nodes.every_node_is_measured(5);
    // Removal takes 5.75 s of silence and a few turns. A tenth of 70 s would leave no margin on a
    // busy machine.
    nodes.two_are_killed(Duration::from_secs(20));
}

/// Starts one node of each kind; only the test makes them walk.
fn pair(python: &PythonNeighbour, options: &[&str]) -> (DiscoveryNode, PythonProcess, Listening) {
    pair_of(python, options, BESIDE)
}

/// Like [`pair`], but ours runs `beside` as its second community.
fn pair_of(
    python: &PythonNeighbour,
    options: &[&str],
    beside: &str,
) -> (DiscoveryNode, PythonProcess, Listening) {
    let mut arguments = vec!["--walker", "RandomWalk:0", "--community", BESIDE];
    arguments.extend(options);
    let mut theirs = python.discovery(&arguments);
    let listening = theirs.listening();
    let mut settings = DiscoveryOptions::new(beside);
    // Almost no steps, so that only the test acts.
    settings.walk_interval = 3600.0;
    (DiscoveryNode::start(&settings), theirs, listening)
}

fn meet(ours: &DiscoveryNode, theirs: &Listening) {
    let address: SocketAddr = theirs.address;
    ours.call(move |_, cx| cx.walk_to(address));
    until("py-ipv8 among our peers", || {
        ours.discovered().contains_key(&theirs.mid).then_some(())
    });
}

#[test]
fn our_pings_are_answered_however_far_our_clock_is() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (mut ours, mut theirs, listening) = pair(python, &[]);
    ours.call(|_, cx| cx.update_global_time(65_500));
    meet(&ours, &listening);
    for round in 1..=100_usize {
        let mid = listening.mid.clone();
        ours.call(move |community, cx| {
            let peers: Vec<Peer> = cx.network().verified_peers().cloned().collect();
            let peer = peers.iter().find(|peer| peer.mid().to_string() == mid);
            community.send_ping(peer.expect("still a peer"), cx);
        });
        until("the pong", || {
            ours.listen();
            let times = ours.latencies.get(&listening.mid).map_or(0, Vec::len);
            (times == round).then_some(())
        });
    }
    // The same in the other direction: py-ipv8 measures us with pings of its own while its counter
    // is low.
    let traffic = theirs.traffic();
    assert_eq!(
        (traffic.ids_in.get(&3), traffic.ids_out.get(&4)),
        (Some(&100), Some(&100))
    );
}

#[test]
fn similarity_reports_the_overlays_of_every_key() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    const OTHER: &str = "69707638206f66206120736563206f6e64206b79";
    // The Python node has two keys with separate services; the Rust node has one key, and one
    // overlay in common with each of the two.
    let (ours, mut theirs, listening) = pair_of(python, &["--other-key", OTHER], OTHER);
    meet(&ours, &listening);
    let services = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let wanted: BTreeSet<BTreeSet<String>> =
        [services(&[BESIDE, DISCOVERY]), services(&[OTHER])].into();
    until("the services of both keys", || {
        let listed = ours.discovered();
        let known: BTreeSet<_> = listed.values().map(|peer| peer.services.clone()).collect();
        (known == wanted).then_some(())
    });
    until("our services", || {
        let listed = theirs.discovered();
        let us = listed.get(&ours.mid())?;
        (us.services == services(&[OTHER, DISCOVERY])).then_some(())
    });
}

#[test]
fn py_ipv8_meets_the_peer_it_asks_for() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let (ours, mut theirs, listening) = pair(python, &[]);
    // Three other nodes; the test asks for one of them.
    let mut others = [(); 3].map(|()| python.discovery(&["--walker", "RandomWalk:0"]));
    let listed = others.each_mut().map(PythonProcess::listening);
    listed.iter().for_each(|other| meet(&ours, other));
    meet(&ours, &listening);
    // The introduced node is asked to puncture.
    let mut requests = |other: usize| {
        let ids = others[other].traffic().ids_in;
        ids.get(&250).unwrap_or(&0) + ids.get(&232).unwrap_or(&0)
    };
    for (wanted, times) in [(2, 1), (0, 1), (1, 1), (1, 2), (1, 3), (2, 2)] {
        theirs.ask_to_meet(ours.address(), &listed[wanted].mid);
        until("the puncture request", || {
            (requests(wanted) == times).then_some(())
        });
    }
    assert_eq!([requests(0), requests(1), requests(2)], [1, 3, 2]);
}
