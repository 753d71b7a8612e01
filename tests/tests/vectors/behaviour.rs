//! Every scenario of `behaviour.json`, for a plain community and for the discovery community. One
//! packet arrives. The packets sent, the known peers and addresses, and the WAN estimate afterwards
//! must equal those of py-ipv8.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Instant;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::engine::Strategies;
use ipv8_core::internals::context::{Context, Interfaces, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output, OverlayConfig};
use ipv8_core::internals::values::{add_address, mark_new_style, set_lan_address};
use ipv8_core::state::DropReason;
use ipv8_core::state::Peer;
use ipv8_core::wire::CommunityId;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::vectors::{load, unhex};
use ipv8_tests::wire_fields::{Field, read};
use serde_json::Value;

/// The name of the community whose rules differ from those of a plain community.
const DISCOVERY: &str = "DiscoveryCommunity";

fn hex(value: &Value) -> Vec<u8> {
    unhex(value.as_str().expect("hex text"))
}

fn address(value: &Value) -> SocketAddr {
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

/// Returns the public and private bins of `keys.json` by name.
fn keys() -> HashMap<String, (Vec<u8>, Vec<u8>)> {
    let file = load::<Value>("keys.json");
    let entry = |key: &Value| {
        (
            key["name"].as_str().expect("a name").to_owned(),
            (hex(&key["public_bin"]), hex(&key["private_bin"])),
        )
    };
    file["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(entry)
        .collect()
}

fn public(keys: &HashMap<String, (Vec<u8>, Vec<u8>)>, name: &Value) -> PublicKey {
    PublicKey::from_bytes(&keys[name.as_str().expect("a key name")].0).expect("a public key")
}

struct Scenario<'a> {
    case: &'a Value,
    engine: Engine,
    id: CommunityId,
    now: Instant,
}

impl<'a> Scenario<'a> {
    fn new(case: &'a Value, keys: &HashMap<String, (Vec<u8>, Vec<u8>)>) -> Self {
        let own = &case["own"];
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let lan_hosts = own["lan_hosts"].as_array().expect("hosts");
        engine.handle(
            Input::LocalAddresses(LocalAddresses {
                lan: address(&own["lan"]),
                ipv6: None,
                interfaces: Interfaces {
                    ipv4: true,
                    ipv6: false,
                },
                lan_hosts: lan_hosts
                    .iter()
                    .map(|host| host.as_str().expect("text").parse().expect("IPv4"))
                    .collect(),
                beacon: None,
            }),
            now,
        );
        let prefix: [u8; 22] = hex(&case["prefix"]).try_into().expect("22 bytes");
        let id = CommunityId::from_bytes(prefix[2..].try_into().expect("20 bytes"));
        let my_peer = PrivateKey::from_bytes(&keys[own["key"].as_str().expect("name")].1)
            .expect("a private key");
        let max_peers =
            Some(i32::try_from(own["max_peers"].as_i64().expect("a number")).expect("small"));
        let config = OverlayConfig {
            max_peers,
            ..OverlayConfig::new(my_peer)
        };
        let added = match case["community"].as_str() {
            Some(DISCOVERY) => {
                engine.add_overlay::<DiscoveryCommunity>(config, (), Strategies::new(), now)
            }
            _ => engine.add_overlay::<Quiet>(config, QuietId(id), Strategies::new(), now),
        };
        assert_eq!(added.expect("the overlay is made"), id);
        assert!(engine.set_estimated_wan(id, address(&own["wan"])));
        let mut scenario = Self {
            case,
            engine,
            id,
            now,
        };
        scenario.add_peers(keys);
        scenario
    }

    fn add_peers(&mut self, keys: &HashMap<String, (Vec<u8>, Vec<u8>)>) {
        for before in self.case["peers_before"].as_array().expect("peers") {
            let key = public(keys, &before["key"]);
            let slots = before["addresses"].as_array().expect("addresses");
            let in_lan_slot = |slot: &&Value| slot["lan_slot"] == Value::Bool(true);
            let first = slots
                .iter()
                .find(|slot| !in_lan_slot(slot))
                .expect("an address");
            let mut peer = Peer::new(key.clone(), address(first), self.now);
            for slot in slots {
                match address(slot) {
                    SocketAddr::V4(lan) if in_lan_slot(&slot) => set_lan_address(&mut peer, lan),
                    other => add_address(&mut peer, other),
                }
            }
            if before["new_style"] == Value::Bool(true) {
                mark_new_style(&mut peer);
            }
            assert!(self.engine.network_mut().add_verified_peer(&peer));
            self.engine.network_mut().discover_services(&key, [self.id]);
        }
    }

    fn known(&self) -> BTreeSet<SocketAddr> {
        self.engine.network().addresses().collect()
    }

    fn estimated_wan(&mut self) -> SocketAddr {
        let wan = |cx: &mut Context<'_>| cx.my_estimated_wan();
        let (engine, id, now) = (&mut self.engine, self.id, self.now);
        let called = match self.case["community"].as_str() {
            Some(DISCOVERY) => engine.call::<DiscoveryCommunity, _>(id, now, |_, cx| wan(cx)),
            _ => engine.call::<Quiet, _>(id, now, |_, cx| wan(cx)),
        };
        called.expect("the overlay is loaded")
    }

    fn receive(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        let packet = hex(&self.case["packet"]);
        let source = address(&self.case["from"]);
        if let Some(ticket) = self.engine.admit(source, &packet) {
            self.engine
                .handle(Input::Opened(ticket.open(&packet)), self.now);
        }
        let mut sent = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output {
                sent.push((outgoing.to, outgoing.packet.seal()));
            }
        }
        sent
    }
}

fn expected_fields(wire: &Value) -> Vec<(String, Field)> {
    let one = |field: &Value| {
        let value = &field["value"];
        let read = match value {
            Value::Object(_) => Field::Address(address(value)),
            Value::Array(_) => Field::Number(field["byte"].as_u64().expect("the flag byte")),
            Value::String(text) => Field::Bytes(text.clone()),
            _ => Field::Number(value.as_u64().expect("a number")),
        };
        (field["name"].as_str().expect("a name").to_owned(), read)
    };
    wire.as_array().expect("fields").iter().map(one).collect()
}

fn check_sent(name: &str, case: &Value, sent: &[(SocketAddr, Vec<u8>)]) {
    let expected = case["sent"].as_array().expect("a list");
    assert_eq!(sent.len(), expected.len(), "{name}: number of packets sent");
    for (expected, (to, datagram)) in expected.iter().zip(sent) {
        let (id, time, fields) = read(datagram);
        assert_eq!(*to, address(&expected["to"]), "{name}: to");
        assert_eq!(
            u64::from(id),
            expected["msg_id"].as_u64().expect("an id"),
            "{name}: message id"
        );
        assert_eq!(
            time,
            expected["global_time"].as_u64().expect("a time"),
            "{name}: global time"
        );
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, field)| (name.to_owned(), field))
            .collect();
        assert_eq!(
            fields,
            expected_fields(&expected["wire"]),
            "{name}: fields of message {id}"
        );
    }
}

fn check_peers(name: &str, scenario: &Scenario<'_>, keys: &HashMap<String, (Vec<u8>, Vec<u8>)>) {
    let network = scenario.engine.network();
    let expected = scenario.case["peers_after"].as_array().expect("peers");
    assert_eq!(
        network.peer_count(scenario.id),
        expected.len(),
        "{name}: number of peers"
    );
    for expected in expected {
        let key = public(keys, &expected["key"]);
        let peer = network
            .peer(&key)
            .unwrap_or_else(|| panic!("{name}: {} is not verified", expected["key"]));
        assert!(
            network.has_service(&key, scenario.id),
            "{name}: service of {}",
            expected["key"]
        );
        assert_eq!(
            peer.address(),
            address(&expected["preferred"]),
            "{name}: preferred address"
        );
        assert_eq!(
            Value::Bool(peer.is_new_style()),
            expected["new_style"],
            "{name}: new style"
        );
        // The vectors write IPv6 addresses without brackets.
        let mut addresses: Vec<_> = peer
            .addresses()
            .map(|address| format!("{}:{}", address.ip(), address.port()))
            .collect();
        addresses.sort();
        let mut wanted: Vec<_> = expected["addresses"]
            .as_array()
            .expect("texts")
            .iter()
            .map(|text| text.as_str().expect("text").to_owned())
            .collect();
        wanted.sort();
        assert_eq!(
            addresses, wanted,
            "{name}: addresses of {}",
            expected["key"]
        );
    }
}

/// Scenarios that end differently here on purpose: the name and the reason.
const DIFFERENCES: [(&str, &str); 0] = [];

fn every_scenario_ends_as_with_py_ipv8(community: &str, count: usize) {
    let (file, keys) = (load::<Value>("behaviour.json"), keys());
    let mut run = 0;
    for case in file["scenarios"].as_array().expect("scenarios") {
        if case["community"] != community {
            continue;
        }
        run += 1;
        let name = case["name"].as_str().expect("a name");
        if DIFFERENCES.iter().any(|(different, _)| *different == name) {
            continue;
        }
        check_scenario(name, case, &keys);
    }
    assert_eq!(run, count, "all scenarios of {community}");
}

fn check_scenario(name: &str, case: &Value, keys: &HashMap<String, (Vec<u8>, Vec<u8>)>) {
    let mut scenario = Scenario::new(case, keys);
    let before = scenario.known();
    let sent = scenario.receive();
    check_sent(name, case, &sent);
    check_peers(name, &scenario, keys);
    let new: BTreeSet<_> = scenario
        .known()
        .difference(&before)
        .map(|new| (*new, scenario.engine.network().is_new_style(new)))
        .collect();
    let expected = case["new_addresses"].as_array().expect("addresses");
    // The flag is a boolean in some entries and a number in others.
    let flag = |value: &Value| value.as_bool().unwrap_or_else(|| value.as_u64() == Some(1));
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|new| (address(new), flag(&new["new_style"])))
        .collect();
    assert_eq!(new, expected, "{name}: new addresses");
    let wan = address(&case["wan_after"]);
    assert_eq!(scenario.estimated_wan(), wan, "{name}: WAN estimate");
}

#[test]
fn every_scenario_of_a_plain_community_ends_as_with_py_ipv8() {
    every_scenario_ends_as_with_py_ipv8("TestCommunity", 52);
}

#[test]
fn every_scenario_of_the_discovery_community_ends_as_with_py_ipv8() {
    every_scenario_ends_as_with_py_ipv8(DISCOVERY, 2);
}

#[test]
fn packets_that_py_ipv8_ignores_are_dropped_and_counted() {
    let (file, keys) = (load::<Value>("packets.json"), keys());
    for case in file["on_packet"].as_array().expect("packets") {
        let name = case["name"].as_str().expect("a name");
        let prefix: [u8; 22] = hex(&case["prefix"]).try_into().expect("22 bytes");
        let id = CommunityId::from_bytes(prefix[2..].try_into().expect("20 bytes"));
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let my_peer = PrivateKey::from_bytes(&keys["alice"].1).expect("a private key");
        let config = OverlayConfig::new(my_peer);
        let now = Instant::now();
        engine
            .add_overlay::<Quiet>(config, QuietId(id), Strategies::new(), now)
            .expect("the overlay is made");
        while engine.poll_output().is_some() {}
        let packet = hex(&case["packet"]);
        if let Some(ticket) = engine.admit("20.0.0.1:1001".parse().expect("an address"), &packet) {
            engine.handle(Input::Opened(ticket.open(&packet)), now);
        }
        assert!(
            engine.poll_output().is_none(),
            "{name}: something was sent or happened"
        );
        assert_eq!(engine.stats().dropped(), 1, "{name}: counted once");
        if packet.len() == 22 {
            assert_eq!(engine.stats().count(DropReason::TooShort), 1, "{name}");
        }
    }
}
