//! A puncture through a third peer. Our node is the walker, the introducer and the introduced peer
//! in turn.
//!
//! Each of the three has a separate loopback host. On one host the walker would seem to be behind
//! the same NAT as the introduced peer, and the puncture would go to the introducer (protocol 4.4,
//! 4.6).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::Peer;
use ipv8_tests::python::{Listening, PythonNeighbour, PythonProcess, can_bind_or_skip};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, until};
use serde_json::Value;

const COMMUNITY: &str = "697076382070756e637475726573206120746972";
const HOSTS: [[u8; 4]; 3] = [[127, 0, 0, 1], [127, 0, 0, 2], [127, 0, 0, 3]];

/// The time in which our nodes send at most one puncture to an address.
const PAUSE: Duration = Duration::from_secs(5);

/// A node of either kind that only follows commands.
enum Node {
    Ours(RustNode),
    Theirs(PythonProcess, Listening),
}

impl Node {
    fn start(python: &PythonNeighbour, host: [u8; 4], is_ours: bool, options: &[&str]) -> Self {
        let listen = SocketAddr::from((host, 0));
        if is_ours {
            let mut options = RustNodeOptions::new(COMMUNITY);
            options.listen = listen;
            return Self::Ours(RustNode::start(&options));
        }
        let listen = listen.to_string();
        let mut process = python.peer(COMMUNITY, &[&["--listen", &listen], options].concat());
        let listening = process.listening();
        Self::Theirs(process, listening)
    }

    fn address(&self) -> SocketAddr {
        match self {
            Self::Ours(node) => node.address(),
            Self::Theirs(_, listening) => listening.address,
        }
    }

    fn mid(&self) -> String {
        match self {
            Self::Ours(node) => node.mid(),
            Self::Theirs(_, listening) => listening.mid.clone(),
        }
    }

    fn walk_to(&mut self, address: SocketAddr) {
        match self {
            Self::Ours(node) => node.walk_to(address),
            Self::Theirs(process, _) => process.walk_to(address),
        }
    }

    fn ask_peer(&mut self, mid: &str) {
        match self {
            Self::Ours(node) => node.ask_peer(mid),
            Self::Theirs(process, _) => process.ask_peer(mid),
        }
    }

    fn wait_for_peer(&mut self, mid: &str) {
        match self {
            Self::Ours(node) => node.wait_for_peer(mid),
            Self::Theirs(process, _) => process.wait_for_peer(mid),
        }
    }

    /// Returns `true` if the node knows the address. Our node asks the sender of a puncture about a
    /// second later, and no longer walks there when it has answered.
    fn can_walk_to(&mut self, address: SocketAddr) -> bool {
        match self {
            Self::Ours(node) => {
                let is_there = |peer: &Peer| peer.address() == address;
                node.walkable().contains(&address) || node.peers().iter().any(is_there)
            }
            Self::Theirs(process, _) => process.known().walkable.contains(&address),
        }
    }

    /// Returns the next event named `name` of a Python node; `None` for a Rust node, which reports
    /// no such events.
    fn event(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Ours(_) => None,
            Self::Theirs(process, _) => Some(process.wait_for_event(name)),
        }
    }

    /// Returns how many datagrams of each message a Python node has sent.
    fn sent(&mut self) -> Option<BTreeMap<u8, u64>> {
        match self {
            Self::Ours(_) => None,
            Self::Theirs(process, _) => Some(process.traffic().ids_out),
        }
    }
}

/// The ids of one style: request, response, puncture request, puncture.
type Ids = [u8; 4];
const OLD: Ids = [246, 245, 250, 249];
const NEW: Ids = [234, 233, 232, 231];

struct Three {
    walker: Node,
    introducer: Node,
    introduced: Node,
}

impl Three {
    /// Starts the three nodes; the one with the index `ours` is a Rust node, and the others have
    /// `options`. The introducer knows the introduced peer.
    fn start(python: &PythonNeighbour, ours: usize, options: &[&str]) -> Self {
        let [walker, introducer, introduced] =
            [0, 1, 2].map(|place| Node::start(python, HOSTS[place], place == ours, options));
        let mut three = Self {
            walker,
            introducer,
            introduced,
        };
        three.introduced.walk_to(three.introducer.address());
        three.introduced.wait_for_peer(&three.introducer.mid());
        three.introducer.wait_for_peer(&three.introduced.mid());
        three
    }

    /// Checks the events of the Python nodes for one puncture, after the walker has asked the
    /// introducer in the style of `ids`.
    fn check_puncture(&mut self, ids: Ids) {
        let [_, response_id, request_id, puncture_id] = ids;
        let [walker, introducer, introduced] =
            [&self.walker, &self.introducer, &self.introduced].map(|node| node.address());
        let mut identifiers = Vec::new();
        if let Some(request) = self.introduced.event("puncture_request") {
            check(&request, request_id, introducer);
            // The introducer's address replaces the walker's LAN address (protocol 4.4).
            check_address(&request, "lan_walker_address", introducer);
            check_address(&request, "wan_walker_address", walker);
            identifiers.push(request["fields"]["identifier"].clone());
        }
        if let Some(response) = self.walker.event("introduction_response") {
            check(&response, response_id, introducer);
            check_address(&response, "lan_introduction_address", introduced);
            check_address(&response, "wan_introduction_address", introduced);
            identifiers.push(response["fields"]["identifier"].clone());
        }
        if let Some(puncture) = self.walker.event("puncture") {
            check(&puncture, puncture_id, introduced);
            assert_eq!(puncture["mid"], self.introduced.mid());
            check_address(&puncture, "source_lan_address", introduced);
            // The walker's address replaces the sender's (protocol 4.6).
            check_address(&puncture, "source_wan_address", walker);
            identifiers.push(puncture["fields"]["identifier"].clone());
        }
        identifiers.dedup();
        assert_eq!(identifiers.len(), 1, "{identifiers:?}");
        assert!(self.walker.can_walk_to(introduced));
    }

    /// Lets the walker follow the introduction.
    fn meet(&mut self) {
        self.walker.walk_to(self.introduced.address());
        self.walker.wait_for_peer(&self.introduced.mid());
        self.introduced.wait_for_peer(&self.walker.mid());
    }

    /// Checks that our walker received a response and a puncture for each of `rounds`, and no
    /// datagram that it could not read.
    fn check_our_walker(&mut self, rounds: &[Ids]) {
        let Node::Ours(walker) = &self.walker else {
            return;
        };
        let wanted = 2 * rounds.len() as u64;
        until("a response and a puncture for each request", || {
            (walker.stats().engine.datagrams_in >= wanted).then_some(())
        });
        assert_eq!(walker.stats().engine.dropped(), 0);
    }

    /// Checks that the Python nodes sent only the messages of `rounds` and of the first contact
    /// between introducer and introduced peer.
    fn check_sent(&mut self, rounds: &[Ids]) {
        let (mut introducer, mut introduced) = (BTreeMap::new(), BTreeMap::new());
        *introducer.entry(OLD[1]).or_default() += 1;
        *introduced.entry(OLD[0]).or_default() += 1;
        for [_, response, request, puncture] in rounds {
            *introducer.entry(*response).or_default() += 1;
            *introducer.entry(*request).or_default() += 1;
            *introduced.entry(*puncture).or_default() += 1;
        }
        if let Some(sent) = self.introducer.sent() {
            assert_eq!(sent, introducer);
        }
        if let Some(mut sent) = self.introduced.sent() {
            if matches!(self.walker, Node::Ours(_)) {
                // It may have answered our walker already.
                sent.retain(|id, _| ![OLD[1], NEW[1]].contains(id));
            }
            assert_eq!(sent, introduced);
        }
    }
}

fn check(event: &Value, id: u8, from: SocketAddr) {
    assert_eq!(event["id"], id, "{event}");
    assert_eq!(event["address"], from.to_string(), "{event}");
}

fn check_address(event: &Value, name: &str, address: SocketAddr) {
    assert_eq!(
        event["fields"][name],
        address.to_string(),
        "{name} in {event}"
    );
}

/// Starts the three nodes, or prints why it cannot.
fn three_or_skip(ours: usize, options: &[&str]) -> Option<Three> {
    can_bind_or_skip(&HOSTS.map(|host| SocketAddr::from((host, 0))))
        .then(PythonNeighbour::or_skip)
        .flatten()
        .map(|python| Three::start(python, ours, options))
}

/// The introducer is a Python node.
fn puncture(ours: usize) {
    let Some(mut three) = three_or_skip(ours, &[]) else {
        return;
    };
    // The first request is in old style. After it, each knows that the other understands the new
    // style.
    three.walker.walk_to(three.introducer.address());
    three.walker.wait_for_peer(&three.introducer.mid());
    three.check_puncture(OLD);
    three.check_our_walker(&[OLD]);
    three.check_sent(&[OLD]);
    if ours == 2 {
        std::thread::sleep(PAUSE);
    }
    three.walker.ask_peer(&three.introducer.mid());
    three.check_puncture(NEW);
    three.check_our_walker(&[OLD, NEW]);
    three.check_sent(&[OLD, NEW]);
    three.meet();
}

/// The introducer is ours. It introduces at once, but lets a peer puncture only once the walker has
/// proven its address, which takes about a second.
fn puncture_of_our_introducer(options: &[&str], first: Ids, then: Ids) {
    let Some(mut three) = three_or_skip(1, options) else {
        return;
    };
    let [introducer, introduced] = [&three.introducer, &three.introduced].map(Node::address);
    three.walker.walk_to(introducer);
    three.walker.wait_for_peer(&three.introducer.mid());
    let response = three.walker.event("introduction_response");
    let response = response.expect("the walker is a Python node");
    check(&response, first[1], introducer);
    check_address(&response, "wan_introduction_address", introduced);
    assert!(three.walker.can_walk_to(introduced));
    three.introducer.wait_for_peer(&three.walker.mid());
    let sent = three.introduced.sent().expect("it is a Python node");
    assert!(!sent.contains_key(&first[3]), "no puncture yet: {sent:?}");
    // From now on it is as in py-ipv8.
    for round in 1..=2 {
        three.walker.ask_peer(&three.introducer.mid());
        three.check_puncture(then);
        let sent = three.introduced.sent().expect("it is a Python node");
        assert_eq!(sent[&then[3]], round);
    }
    three.meet();
}

#[test]
fn our_walker_is_punctured() {
    puncture(0);
}

#[test]
fn our_introducer_asks_for_the_puncture_once_the_walker_is_proven() {
    puncture_of_our_introducer(&[], OLD, NEW);
}

#[test]
fn our_introducer_asks_for_the_puncture_in_old_style() {
    puncture_of_our_introducer(&["--old-style"], OLD, OLD);
}

#[test]
fn our_introduced_node_punctures() {
    puncture(2);
}
