//! Two nodes have a socket of each address family and know each other by one family. They learn
//! each other's address of the other family (protocol 4.5).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::engine::Strategies;
use ipv8_core::internals::context::{Interfaces, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output};
use ipv8_core::wire::CommunityId;
use ipv8_tests::desk::{address, key, overlay_config};
use ipv8_tests::probe::{Probe, ProbeSettings};

/// The IPv4 and the IPv6 address of a node.
type Home = [SocketAddr; 2];

struct Node {
    engine: Engine,
    id: CommunityId,
    home: Home,
}

fn homes() -> [Home; 2] {
    [
        ["20.0.0.1:4000", "[2a00::1]:4000"].map(address),
        ["20.0.0.2:5000", "[2a00::2]:5000"].map(address),
    ]
}

fn node(number: u16, home: Home, interfaces: Interfaces, now: Instant) -> Node {
    let mut engine = Engine::new(&EngineConfig::new([3; 32]));
    let local = LocalAddresses {
        lan: home[0],
        ipv6: interfaces.ipv6.then_some(home[1]),
        interfaces,
        ..LocalAddresses::default()
    };
    engine.handle(Input::LocalAddresses(local), now);
    let (config, settings) = (overlay_config(number), ProbeSettings::default());
    let id = engine.add_overlay::<Probe>(config, settings, Strategies::new(), now);
    let id = id.expect("the overlay is made");
    Node { engine, id, home }
}

/// Two nodes that deliver datagrams to each other. Each datagram leaves from the sender's address
/// of the destination's family.
struct Pair {
    nodes: [Node; 2],
    now: Instant,
    /// The delivered messages: the sender's index, the message id, and whether it went over IPv6.
    passed: Vec<(usize, u8, bool)>,
}

impl Pair {
    fn new(interfaces: [Interfaces; 2]) -> Self {
        let now = Instant::now();
        let [first, second] = homes();
        let nodes = [
            node(1, first, interfaces[0], now),
            node(2, second, interfaces[1], now),
        ];
        Self {
            nodes,
            now,
            passed: Vec::new(),
        }
    }

    /// Node 0 asks node 1, which it knows, for an introduction. A moment has passed: node 1 does
    /// not know node 0, and answers it once a second.
    fn ask_again(&mut self) {
        self.now += Duration::from_secs(1);
        let Node { engine, id, .. } = &mut self.nodes[0];
        let peer = engine.network().peer(key(2).public_key()).cloned();
        let peer = peer.expect("it is known");
        let asked =
            engine.call::<Probe, _>(*id, self.now, |_, cx| cx.send_introduction_request(&peer));
        asked.expect("the overlay is loaded");
        self.walk(address("20.0.0.9:9"));
    }

    /// Node 0 walks to `to`.
    fn walk(&mut self, to: SocketAddr) {
        let Node { engine, id, .. } = &mut self.nodes[0];
        let walked = engine.call::<Probe, _>(*id, self.now, |_, cx| cx.walk_to(to));
        walked.expect("the overlay is loaded");
        self.deliver();
    }

    /// Lets node 0 ask its contacts to prove their addresses.
    fn prove_contacts(&mut self) {
        self.now += Duration::from_secs(2);
        self.nodes[0].engine.handle(Input::Timeout, self.now);
        self.deliver();
    }

    /// Delivers all datagrams, and those that follow from them.
    fn deliver(&mut self) {
        let mut flying = VecDeque::new();
        loop {
            for index in 0..2 {
                let Node { engine, home, .. } = &mut self.nodes[index];
                while let Some(output) = engine.poll_output() {
                    if let Output::Send(outgoing) = output {
                        let from = home[usize::from(outgoing.to.is_ipv6())];
                        let bytes = outgoing.packet.seal();
                        self.passed.push((index, bytes[22], outgoing.to.is_ipv6()));
                        flying.push_back((from, outgoing.to, bytes));
                    }
                }
                engine.handle(Input::Flushed, self.now);
            }
            let Some((from, to, bytes)) = flying.pop_front() else {
                return;
            };
            let listening = self.nodes.iter_mut().find(|node| node.home.contains(&to));
            let Some(Node { engine, .. }) = listening else {
                continue;
            };
            if let Some(ticket) = engine.admit(from, &bytes) {
                engine.handle(Input::Opened(ticket.open(&bytes)), self.now);
            }
        }
    }

    /// Returns `true` if node 0 knows node 1 at that address.
    fn knows(&self, at: SocketAddr) -> bool {
        let peer = self.nodes[0].engine.network().peer(key(2).public_key());
        peer.is_some_and(|peer| peer.has_address(&at))
    }
}

const BOTH: Interfaces = Interfaces {
    ipv4: true,
    ipv6: true,
};
const IPV4: Interfaces = Interfaces {
    ipv4: true,
    ipv6: false,
};

#[test]
fn a_peer_known_by_ipv6_is_learned_by_ipv4() {
    let (mut pair, [_, [ipv4, ipv6]]) = (Pair::new([BOTH, BOTH]), homes());
    // Node 1 knows its WAN address, and names it as the address where it wants to be reached.
    let second = &mut pair.nodes[1];
    assert!(second.engine.set_estimated_wan(second.id, ipv4));
    pair.walk(ipv6);
    // Request and response go over IPv6. Node 0 then asks for a puncture at its IPv4 address, and
    // node 1 sends it over IPv4.
    assert_eq!(
        pair.passed,
        [
            (0, 234, true),
            (1, 233, true),
            (0, 232, true),
            (1, 231, false)
        ]
    );
    // The puncture may be a copy, so node 0 asks node 1 there.
    assert!(pair.knows(ipv6) && !pair.knows(ipv4));
    pair.prove_contacts();
    assert!(pair.knows(ipv6) && pair.knows(ipv4));
}

#[test]
fn a_peer_known_by_ipv4_is_learned_by_ipv6() {
    let (mut pair, [_, [ipv4, ipv6]]) = (Pair::new([BOTH, BOTH]), homes());
    // The first exchange is in the old style, which cannot carry IPv6 addresses.
    pair.walk(ipv4);
    assert_eq!(pair.passed, [(0, 246, false), (1, 245, false)]);
    assert!(pair.knows(ipv4) && !pair.knows(ipv6));
    pair.passed.clear();
    let second = &mut pair.nodes[1];
    // Node 1 has no estimate of its IPv4 address yet, so it names its IPv6 address.
    assert!(
        second
            .engine
            .set_estimated_wan(second.id, address("0.0.0.0:0"))
    );
    pair.ask_again();
    let to_second: Vec<_> = pair
        .passed
        .iter()
        .filter(|(_, id, _)| *id != 246)
        .copied()
        .collect();
    assert_eq!(
        to_second,
        [
            (0, 234, false),
            (1, 233, false),
            (0, 232, false),
            (1, 231, true)
        ]
    );
    assert!(pair.knows(ipv4) && !pair.knows(ipv6));
    pair.prove_contacts();
    assert!(pair.knows(ipv6) && pair.knows(ipv4));
}

#[test]
fn without_a_socket_of_that_family_nothing_is_switched() {
    let (mut pair, [_, [ipv4, ipv6]]) = (Pair::new([IPV4, BOTH]), homes());
    pair.walk(ipv4);
    pair.passed.clear();
    pair.ask_again();
    let ids: Vec<_> = pair.passed.iter().map(|(_, id, _)| *id).collect();
    assert!(!ids.contains(&232) && ids.contains(&234), "{ids:?}");
    assert!(!pair.knows(ipv6));
}
