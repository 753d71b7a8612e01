//! A puncture through a third peer, our node being the walker, the introducer and the introduced in turn.
//!
//! Each of the three has a loopback host of its own: seen from one host the walker would be behind the same NAT as the
//! introduced, and the puncture would go to the introducer (protocol 4.4, 4.6).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use ipv8_tests::python::{Listening, PythonNeighbour, PythonProcess, can_bind_or_skip};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, until};
use serde_json::Value;

const COMMUNITY: &str = "697076382070756e637475726573206120746972";
const HOSTS: [[u8; 4]; 3] = [[127, 0, 0, 1], [127, 0, 0, 2], [127, 0, 0, 3]];

/// A node of either kind that does only what it is told.
enum Node {
    Ours(RustNode),
    Theirs(PythonProcess, Listening),
}

impl Node {
    fn start(python: &PythonNeighbour, host: [u8; 4], is_ours: bool) -> Self {
        let listen = SocketAddr::from((host, 0));
        if is_ours {
            let mut options = RustNodeOptions::new(COMMUNITY);
            options.listen = listen;
            return Self::Ours(RustNode::start(&options));
        }
        let mut process = python.peer(COMMUNITY, &["--listen", &listen.to_string()]);
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

    fn can_walk_to(&mut self, address: SocketAddr) -> bool {
        match self {
            Self::Ours(node) => node.walkable().contains(&address),
            Self::Theirs(process, _) => process.known().walkable.contains(&address),
        }
    }

    /// The next event of that name of a Python node; nothing of ours, which does not tell.
    fn event(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Ours(_) => None,
            Self::Theirs(process, _) => Some(process.wait_for_event(name)),
        }
    }

    /// How many datagrams of each message a Python node has sent.
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
    /// The node at place `ours` is ours; the introducer knows the introduced.
    fn start(python: &PythonNeighbour, ours: usize) -> Self {
        let [walker, introducer, introduced] =
            [0, 1, 2].map(|place| Node::start(python, HOSTS[place], place == ours));
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

    /// What the Python ones tell about one puncture, after the walker has asked the introducer in the style of `ids`.
    fn check_puncture(&mut self, ids: Ids) {
        let [_, response_id, request_id, puncture_id] = ids;
        let [walker, introducer, introduced] =
            [&self.walker, &self.introducer, &self.introduced].map(|node| node.address());
        let mut identifiers = Vec::new();
        if let Some(request) = self.introduced.event("puncture_request") {
            check(&request, request_id, introducer);
            // the introducer's own address stands for the walker's LAN address (protocol 4.4)
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
            // the walker's address stands for the sender's (protocol 4.6)
            check_address(&puncture, "source_wan_address", walker);
            identifiers.push(puncture["fields"]["identifier"].clone());
        }
        identifiers.dedup();
        assert_eq!(identifiers.len(), 1, "{identifiers:?}");
        assert!(self.walker.can_walk_to(introduced));
    }

    /// Our walker has heard a response and a puncture for each of `rounds`, and nothing that it did not understand.
    fn check_our_walker(&mut self, rounds: &[Ids]) {
        let Node::Ours(walker) = &self.walker else {
            return;
        };
        let wanted = 2 * rounds.len() as u64;
        until("a response and a puncture for each request", || {
            (walker.stats().engine.datagrams_in == wanted).then_some(())
        });
        assert_eq!(walker.stats().engine.dropped(), 0);
    }

    /// The Python ones have sent what belongs to `rounds` and to the introducer's meeting with the introduced, no more.
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
        if let Some(sent) = self.introduced.sent() {
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

fn puncture(ours: usize) {
    if !can_bind_or_skip(&HOSTS.map(|host| SocketAddr::from((host, 0)))) {
        return;
    }
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut three = Three::start(python, ours);
    // the first request is in old style, by then each knows that the other understands the new one
    three.walker.walk_to(three.introducer.address());
    three.walker.wait_for_peer(&three.introducer.mid());
    three.check_puncture(OLD);
    three.check_our_walker(&[OLD]);
    three.check_sent(&[OLD]);
    three.walker.ask_peer(&three.introducer.mid());
    three.check_puncture(NEW);
    three.check_our_walker(&[OLD, NEW]);
    three.check_sent(&[OLD, NEW]);

    three.walker.walk_to(three.introduced.address());
    three.walker.wait_for_peer(&three.introduced.mid());
    three.introduced.wait_for_peer(&three.walker.mid());
}

#[test]
fn our_walker_is_punctured() {
    puncture(0);
}

#[test]
fn our_introducer_asks_for_the_puncture() {
    puncture(1);
}

#[test]
fn our_introduced_node_punctures() {
    puncture(2);
}
