//! Datagrams that a node drops, one for each reason that a stranger can cause.

use std::net::SocketAddr;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::internals::discovery::{Ping, Pong};
use ipv8_core::internals::packet::Unsealed;
use ipv8_core::internals::payload::ids;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;

use super::node::{Node, Quiet, Sender, address};
use super::path::{Path, Work};

/// The drop reasons: first those that need no signature check, then the others.
const REASONS: [DropReason; 11] = [
    DropReason::TooShort,
    DropReason::UnknownPrefix,
    DropReason::UnknownMessage,
    DropReason::DeprecatedMessage,
    DropReason::BadKey,
    DropReason::Malformed,
    DropReason::Leftover,
    DropReason::Unsolicited,
    DropReason::OwnPacket,
    DropReason::BadSignature,
    DropReason::RateLimited,
];

pub(super) fn all() -> impl Iterator<Item = Path> {
    REASONS.into_iter().map(|reason| {
        let name = format!("hostile/{}", reason.name());
        Path::new(name, move || Hostile::new(reason))
    })
}

/// A datagram that arrives again and again.
struct Hostile {
    node: Node,
    source: SocketAddr,
    datagram: Vec<u8>,
    reason: DropReason,
}

impl Hostile {
    fn new(reason: DropReason) -> Self {
        let mut node = Node::new::<DiscoveryCommunity>(20, Strategies::new());
        let [stranger] = Sender::some(1, 20, 6).try_into().ok().unwrap();
        let (source, datagram) = (stranger.address, datagram(reason, &node, &stranger));
        if reason == DropReason::RateLimited {
            // The only answer in this second.
            node.receive(source, &datagram);
        }
        Self {
            datagram,
            source,
            node,
            reason,
        }
    }
}

impl Work for Hostile {
    fn run(&mut self) {
        self.node.receive(self.source, &self.datagram);
    }

    fn check(&self, runs: usize) {
        let stats = self.node.engine.stats();
        let dropped = (stats.count(self.reason), stats.dropped());
        assert_eq!(dropped, (runs as u64, runs as u64), "{}", self.reason);
    }
}

fn datagram(reason: DropReason, node: &Node, stranger: &Sender) -> Vec<u8> {
    let request = stranger.request(node.id);
    match reason {
        DropReason::TooShort => request[..22].to_vec(),
        DropReason::UnknownPrefix => stranger.request(Quiet::COMMUNITY_ID),
        DropReason::UnknownMessage => with_id(request, 100),
        DropReason::DeprecatedMessage => with_id(request, 255),
        DropReason::BadKey => {
            let mut datagram = with_id(request, ids::INTRODUCTION_RESPONSE);
            datagram[25] ^= 1;
            datagram
        }
        // The key is complete, and only a signature follows it.
        DropReason::Malformed => {
            let datagram = with_id(request, ids::INTRODUCTION_RESPONSE);
            let key_ends = 23 + 2 + 74;
            [&datagram[..key_ends], &datagram[datagram.len() - 64..]].concat()
        }
        DropReason::Leftover => {
            let mut datagram = unsigned(node, &Ping { identifier: 1 });
            datagram.push(0);
            datagram
        }
        DropReason::Unsolicited => unsigned(node, &Pong { identifier: 1 }),
        DropReason::BadSignature => {
            let mut datagram = request;
            datagram[24 + 74 + 8] ^= 1;
            datagram
        }
        DropReason::OwnPacket => {
            let (key, address) = (node.key.clone(), address(0));
            Sender { key, address }.request(node.id)
        }
        DropReason::RateLimited => request,
        other => unreachable!("no datagram for {other}"),
    }
}

fn with_id(mut datagram: Vec<u8>, id: u8) -> Vec<u8> {
    datagram[22] = id;
    datagram
}

fn unsigned<M: Message>(node: &Node, message: &M) -> Vec<u8> {
    let packet = Unsealed::new(&node.id.prefix(), M::ID, None, Some(1), message);
    packet.unwrap().seal()
}
