//! A node in the state that a scenario describes.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Instant;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::engine::Strategies;
use ipv8_core::internals::context::{Context, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output, OverlayConfig};
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{IntroductionResponse, Style};
use ipv8_core::internals::values::{add_address, mark_new_style, set_lan_address};
use ipv8_core::state::Peer;
use ipv8_core::wire::CommunityId;
use ipv8_tests::desk::{key, sealed_styled};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::vectors::{load, unhex};
use serde_json::Value;

/// The name of the community whose rules differ from those of a plain community.
pub(super) const DISCOVERY: &str = "DiscoveryCommunity";

/// A tracker, which has told each node its WAN address.
const TRACKER: &str = "90.0.0.1:6421";

/// Datagrams with their destinations.
pub(super) type Sent = Vec<(SocketAddr, Vec<u8>)>;

pub(super) fn hex(value: &Value) -> Vec<u8> {
    unhex(value.as_str().expect("hex text"))
}

pub(super) fn address(value: &Value) -> SocketAddr {
    let host = value["host"]
        .as_str()
        .expect("a host")
        .parse()
        .expect("an IP address");
    SocketAddr::new(
        host,
        u16::try_from(value["port"].as_u64().expect("a port")).expect("a port"),
    )
}

/// The public and private bins of `keys.json` by name.
pub(super) struct Keys(HashMap<String, (Vec<u8>, Vec<u8>)>);

impl Keys {
    pub(super) fn load() -> Self {
        let file = load::<Value>("keys.json");
        let entry = |key: &Value| {
            (
                key["name"].as_str().expect("a name").to_owned(),
                (hex(&key["public_bin"]), hex(&key["private_bin"])),
            )
        };
        Self(
            file["keys"]
                .as_array()
                .expect("keys")
                .iter()
                .map(entry)
                .collect(),
        )
    }

    pub(super) fn public(&self, name: &str) -> PublicKey {
        PublicKey::from_bytes(&self.0[name].0).expect("a public key")
    }

    pub(super) fn private(&self, name: &str) -> PrivateKey {
        PrivateKey::from_bytes(&self.0[name].1).expect("a private key")
    }
}

/// Returns the community id in the prefix of a recorded case.
pub(super) fn community_id(case: &Value) -> CommunityId {
    let prefix: [u8; 22] = hex(&case["prefix"]).try_into().expect("22 bytes");
    CommunityId::from_bytes(prefix[2..].try_into().expect("20 bytes"))
}

fn local_addresses(own: &Value) -> LocalAddresses {
    let hosts = own["lan_hosts"].as_array().expect("hosts").iter();
    LocalAddresses {
        lan: address(&own["lan"]),
        lan_hosts: hosts
            .map(|host| host.as_str().expect("text").parse().expect("IPv4"))
            .collect(),
        ..LocalAddresses::default()
    }
}

/// An introduction request of the node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) identifier: u16,
    style: Style,
}

/// A node with one overlay.
pub(super) struct Scenario<'a> {
    pub(super) case: &'a Value,
    pub(super) engine: Engine,
    pub(super) id: CommunityId,
    keys: &'a Keys,
    now: Instant,
    /// The known addresses before anything happened.
    known_before: BTreeSet<SocketAddr>,
    /// The highest global time sent so far.
    pub(super) clock: u64,
}

impl<'a> Scenario<'a> {
    pub(super) fn new(case: &'a Value, keys: &'a Keys) -> Self {
        let (own, now) = (&case["own"], Instant::now());
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        engine.handle(Input::LocalAddresses(local_addresses(own)), now);
        let id = community_id(case);
        let max_peers = i32::try_from(own["max_peers"].as_i64().expect("a number"));
        let config = OverlayConfig {
            max_peers: Some(max_peers.expect("a small number")),
            ..OverlayConfig::new(keys.private(own["key"].as_str().expect("a name")))
        };
        let added = match case["community"].as_str() {
            Some(DISCOVERY) => {
                engine.add_overlay::<DiscoveryCommunity>(config, (), Strategies::new(), now)
            }
            _ => engine.add_overlay::<Quiet>(config, QuietId(id), Strategies::new(), now),
        };
        assert_eq!(added.expect("the overlay is made"), id);
        let mut scenario = Self {
            case,
            engine,
            id,
            keys,
            now,
            known_before: BTreeSet::new(),
            clock: 0,
        };
        scenario.add_peers();
        scenario.known_before = scenario.engine.network().addresses().collect();
        scenario.learn_wan();
        scenario
    }

    /// Adds the peers that py-ipv8 has before. Some scenarios have more than the limit, as if the
    /// limit were lowered later.
    fn add_peers(&mut self) {
        let network = self.engine.network_mut();
        network.set_cap(self.id, None);
        for before in self.case["peers_before"].as_array().expect("peers") {
            let key = self.keys.public(before["key"].as_str().expect("a name"));
            let slots = before["addresses"].as_array().expect("addresses");
            let in_lan_slot = |slot: &&Value| slot["lan_slot"] == Value::Bool(true);
            let first = slots.iter().find(|slot| !in_lan_slot(slot));
            let mut peer = Peer::new(key, address(first.expect("an address")), self.now);
            for slot in slots {
                match address(slot) {
                    SocketAddr::V4(lan) if in_lan_slot(&slot) => set_lan_address(&mut peer, lan),
                    other => add_address(&mut peer, other),
                }
            }
            if before["new_style"] == Value::Bool(true) {
                mark_new_style(&mut peer);
            }
            assert!(network.add_peer_of(&peer, self.id));
        }
        let limit = usize::try_from(self.case["own"]["max_peers"].as_i64().expect("a number"));
        network.set_cap(self.id, limit.ok());
    }

    /// Lets a tracker answer, so that the node has one vote for its WAN address.
    fn learn_wan(&mut self) {
        let (tracker, wan) = (TRACKER.parse().expect("an address"), self.own_wan());
        self.engine.network_mut().blacklist_address(tracker);
        let asked = self.ask(tracker);
        self.answer(&key(1), tracker, asked);
        assert_eq!(self.estimated_wan(), wan, "the tracker's vote");
    }

    pub(super) fn own_wan(&self) -> SocketAddr {
        address(&self.case["own"]["wan"])
    }

    /// The address that the recorded packet comes from.
    pub(super) fn source(&self) -> SocketAddr {
        address(&self.case["from"])
    }

    /// The sender of the recorded packet: always bob.
    pub(super) fn sender(&self) -> PrivateKey {
        self.keys.private("bob")
    }

    /// Returns the known addresses that were not known before, and whether they are new-style.
    pub(super) fn new_addresses(&self) -> BTreeSet<(SocketAddr, bool)> {
        let network = self.engine.network();
        let new = network
            .addresses()
            .filter(|address| !self.known_before.contains(address));
        new.map(|new| (new, network.is_new_style(&new))).collect()
    }

    pub(super) fn estimated_wan(&mut self) -> SocketAddr {
        self.call(|cx| cx.my_estimated_wan())
    }

    fn call<R>(&mut self, call: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let (engine, id, now) = (&mut self.engine, self.id, self.now);
        let called = match self.case["community"].as_str() {
            Some(DISCOVERY) => engine.call::<DiscoveryCommunity, _>(id, now, |_, cx| call(cx)),
            _ => engine.call::<Quiet, _>(id, now, |_, cx| call(cx)),
        };
        called.expect("the overlay is loaded")
    }

    /// Sends an introduction request to `to`.
    pub(super) fn ask(&mut self, to: SocketAddr) -> Asked {
        self.call(|cx| cx.walk_to(to));
        let sent = self.drain();
        request_to(to, &sent).expect("a request is sent")
    }

    /// Lets the engine ask a contact at `to` to prove itself, if there is one.
    pub(super) fn ask_contact(&mut self, to: SocketAddr) -> Option<Asked> {
        for _ in 0..3 {
            self.now = self.engine.poll_timeout()?.max(self.now);
            self.engine.handle(Input::Timeout, self.now);
            let sent = self.drain();
            if let Some(asked) = request_to(to, &sent) {
                return Some(asked);
            }
        }
        None
    }

    /// Answers a request of the node in its style, as a node that introduces no peer.
    pub(super) fn answer(&mut self, signer: &PrivateKey, from: SocketAddr, asked: Asked) {
        let none = "0.0.0.0:0".parse().expect("an address");
        let response = IntroductionResponse {
            supports_new_style: false,
            ..IntroductionResponse::new(self.own_wan(), none, none, asked.identifier)
        };
        let datagram = sealed_styled(self.id, signer, asked.style, response);
        self.receive(from, &datagram);
    }

    /// Passes a datagram to the node. Returns the datagrams that it sends.
    pub(super) fn receive(&mut self, from: SocketAddr, datagram: &[u8]) -> Sent {
        if let Some(ticket) = self.engine.admit(from, datagram) {
            let opened = ticket.open(datagram);
            self.engine.handle(Input::Opened(opened), self.now);
        }
        self.drain()
    }

    fn drain(&mut self) -> Sent {
        let mut sent = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output {
                sent.push((outgoing.to, outgoing.packet.seal()));
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        let times = sent.iter().map(|(_, datagram)| global_time(datagram));
        self.clock = times.fold(self.clock, u64::max);
        sent
    }
}

/// Returns the global time of a message of the introductions or of the discovery community.
fn global_time(datagram: &[u8]) -> u64 {
    let is_signed = !matches!(datagram[22], 250 | 232 | 3 | 4);
    let key = usize::from(u16::from_be_bytes([datagram[23], datagram[24]]));
    let start = if is_signed { 25 + key } else { 23 };
    let time = datagram[start..].first_chunk().expect("eight bytes");
    u64::from_be_bytes(*time)
}

/// Returns the introduction request to `to` among these datagrams.
fn request_to(to: SocketAddr, sent: &Sent) -> Option<Asked> {
    let mut requests = sent.iter().filter(|(address, _)| *address == to);
    requests.find_map(|(_, datagram)| {
        let open = introduction_opener(datagram[22])?;
        let opened = open(datagram).expect("it is readable");
        match opened.message {
            IntroductionMessage::Request(_, request) => Some(Asked {
                identifier: request.identifier,
                style: opened.style,
            }),
            _ => None,
        }
    })
}
