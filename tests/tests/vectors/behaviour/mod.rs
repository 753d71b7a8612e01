//! Every scenario of `behaviour.json`, for a plain community and for the discovery community. One
//! packet arrives. The packets sent, the known peers and addresses, and the WAN estimate afterwards
//! must equal those of py-ipv8, except where [`differences`] lists a reason.

mod differences;
mod scenario;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Instant;

use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, OverlayConfig};
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::state::DropReason;
use ipv8_tests::desk::sealed_styled_at;
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::vectors::load;
use ipv8_tests::wire_fields::{Field, read};
use serde_json::Value;

use differences::{DIFFERENCES, Difference, differs, out_of_scope};
use scenario::{DISCOVERY, Keys, Scenario, Sent, address, community_id, hex};

/// The flag of an old-style response that says that the peer limit is reached.
const LIMIT_REACHED: u64 = 0x04;

/// The flag of a new-style response that says that the introduced peer understands the new style.
const INTRODUCED_NEW_STYLE: u64 = 0x80;

/// The LAN address that bob claims in its requests.
const CLAIMED_LAN: &str = "192.168.7.7:77";

/// The standing of the sender of the recorded packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// It has answered a request of ours.
    Peer,
    /// It has not, but it will answer the next one.
    Stranger,
    /// It sends no request, so nothing has to be proven before.
    Any,
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

/// A packet that must be sent: to, message id, global time, fields.
type Packet = (SocketAddr, u8, u64, Vec<(String, Field)>);

/// Returns the packets that py-ipv8 sent, without those that are left out on purpose. `clock` is
/// the time of the last message that we sent before.
fn expected_packets(name: &str, case: &Value, sender: Sender, clock: u64) -> Vec<Packet> {
    let mut packets = Vec::new();
    if sender == Sender::Stranger && differs(name, Difference::StrangerOutOfScope) {
        return packets;
    }
    for sent in case["sent"].as_array().expect("a list") {
        let to = address(&sent["to"]);
        let id = u8::try_from(sent["msg_id"].as_u64().expect("an id")).expect("a byte");
        let time = sent["global_time"].as_u64().expect("a time") + clock;
        let mut fields = expected_fields(&sent["wire"]);
        let is_stranger = sender == Sender::Stranger || differs(name, Difference::HardLimit);
        let is_puncture_request = matches!(id, 250 | 232);
        if (is_stranger && is_puncture_request) || out_of_scope(name).contains(&to) {
            continue;
        }
        if sender == Sender::Stranger && differs(name, Difference::LongAnswer) {
            remove_introduction(&mut fields);
            if case["peers_before"][0]["new_style"] == Value::Bool(true) {
                clear_flag(&mut fields, INTRODUCED_NEW_STYLE);
            }
        }
        if sender == Sender::Stranger && differs(name, Difference::StrangerNotCounted) {
            clear_flag(&mut fields, LIMIT_REACHED);
        }
        packets.push((to, id, time, fields));
    }
    packets
}

fn remove_introduction(fields: &mut [(String, Field)]) {
    let none = Field::Address("0.0.0.0:0".parse().expect("an address"));
    let introduced = fields
        .iter_mut()
        .find(|(name, _)| name == "wan_introduction_address");
    let (_, introduced) = introduced.expect("the message has that field");
    assert_ne!(*introduced, none, "a peer is introduced");
    *introduced = none;
}

fn clear_flag(fields: &mut [(String, Field)], flag: u64) {
    let flags = fields.iter_mut().find(|(name, _)| name == "flags");
    let Some((_, Field::Number(flags))) = flags else {
        panic!("the message has flags");
    };
    assert_ne!(*flags & flag, 0, "the flag is set");
    *flags &= !flag;
}

fn read_packet((to, datagram): &(SocketAddr, Vec<u8>)) -> Packet {
    let (id, time, fields) = read(datagram);
    let fields = fields
        .into_iter()
        .map(|(name, field)| (name.to_owned(), field));
    (*to, id, time, fields.collect())
}

fn check_peers(name: &str, scenario: &Scenario<'_>, keys: &Keys, out: bool, sender: Sender) {
    let network = scenario.engine.network();
    let after = scenario.case["peers_after"].as_array().expect("peers");
    let is_expected = |peer: &&Value| !(out && peer["key"] == "bob");
    let expected: Vec<_> = after.iter().filter(is_expected).collect();
    let count = network.peer_count(scenario.id);
    assert_eq!(count, expected.len(), "{name}: number of peers");
    for expected in expected {
        let key_name = expected["key"].as_str().expect("a name");
        let peer = network.peer(&keys.public(key_name));
        let peer = peer.unwrap_or_else(|| panic!("{name}: {key_name} is not verified"));
        let has_service = network.has_service(peer.key(), scenario.id);
        assert!(has_service, "{name}: service of {key_name}");
        let preferred = address(&expected["preferred"]);
        assert_eq!(peer.address(), preferred, "{name}: preferred address");
        let new_style = Value::Bool(peer.is_new_style());
        assert_eq!(new_style, expected["new_style"], "{name}: new style");
        // The vectors write IPv6 addresses without brackets.
        let addresses: BTreeSet<_> = peer
            .addresses()
            .map(|address| format!("{}:{}", address.ip(), address.port()))
            .collect();
        let wanted = expected["addresses"].as_array().expect("texts").iter();
        let wanted = wanted.map(|text| text.as_str().expect("text").to_owned());
        let mut wanted: BTreeSet<_> = wanted.collect();
        let keeps_lan = differs(name, Difference::StrangerKeepsLan);
        if key_name == "bob" && sender == Sender::Stranger && keeps_lan {
            assert!(wanted.insert(CLAIMED_LAN.to_owned()));
        }
        assert_eq!(addresses, wanted, "{name}: addresses of {key_name}");
    }
}

/// Checks the end of a scenario. `out`: the sender did not become a peer.
fn check_end(name: &str, scenario: &mut Scenario<'_>, keys: &Keys, out: bool, sender: Sender) {
    check_peers(name, scenario, keys, out, sender);
    // The flag is a boolean in some entries and a number in others.
    let flag = |value: &Value| value.as_bool().unwrap_or_else(|| value.as_u64() == Some(1));
    let recorded = scenario.case["new_addresses"]
        .as_array()
        .expect("addresses");
    let recorded = recorded
        .iter()
        .map(|new| (address(new), flag(&new["new_style"])));
    let mut expected: BTreeSet<_> = recorded.collect();
    let left_out = out_of_scope(name);
    expected.retain(|(new, _)| !left_out.contains(new));
    if out {
        expected.retain(|(new, _)| *new != scenario.source());
    }
    // A LAN address that is only claimed is not known.
    expected.retain(|(new, _)| *new != CLAIMED_LAN.parse().expect("an address"));
    assert_eq!(scenario.new_addresses(), expected, "{name}: new addresses");
    let wan = if differs(name, Difference::ImplausibleWan) {
        scenario.own_wan()
    } else {
        address(&scenario.case["wan_after"])
    };
    assert_eq!(scenario.estimated_wan(), wan, "{name}: WAN estimate");
}

fn check_sent(name: &str, sent: &Sent, expected: &[Packet]) {
    let sent: Vec<_> = sent.iter().map(read_packet).collect();
    // The records use documentation addresses, to which this library sends nothing.
    let is_real = |packet: &&Packet| !packet.0.to_string().starts_with("[2001:db8:");
    let expected: Vec<_> = expected.iter().filter(is_real).collect();
    assert_eq!(
        sent.iter().collect::<Vec<_>>(),
        expected,
        "{name}: packets sent"
    );
}

/// Passes the recorded request in, from a sender of this standing.
fn check_request(name: &str, case: &Value, keys: &Keys, sender: Sender) {
    let mut scenario = Scenario::new(case, keys);
    let (source, bob) = (scenario.source(), scenario.sender());
    if sender == Sender::Peer {
        let asked = scenario.ask(source);
        scenario.answer(&bob, source, asked);
    }
    let expected = expected_packets(name, case, sender, scenario.clock);
    let sent = scenario.receive(source, &hex(&case["packet"]));
    check_sent(name, &sent, &expected);
    if sender == Sender::Stranger
        && let Some(asked) = scenario.ask_contact(source)
    {
        scenario.answer(&bob, source, asked);
    }
    let is_out_of_scope = differs(name, Difference::StrangerOutOfScope);
    let out =
        differs(name, Difference::HardLimit) || (sender == Sender::Stranger && is_out_of_scope);
    check_end(name, &mut scenario, keys, out, sender);
}

/// Returns the recorded response of bob with another identifier.
fn response_to(identifier: u16, case: &Value, scenario: &Scenario<'_>) -> Vec<u8> {
    let packet = hex(&case["packet"]);
    let open = introduction_opener(packet[22]).expect("an introduction message");
    let opened = open(&packet).expect("it is readable");
    let (style, time) = (opened.style, opened.global_time);
    let IntroductionMessage::Response(by, mut response) = opened.message else {
        panic!("it is a response");
    };
    let (id, bob) = (scenario.id, scenario.sender());
    assert_eq!(by.key, *bob.public_key());
    let seal = |response| sealed_styled_at(id, &bob, style, response, time);
    assert_eq!(
        seal(response.clone()),
        packet,
        "only the identifier changes"
    );
    response.identifier = identifier;
    seal(response)
}

/// Asks the sender of the recorded response, and passes the response in as the answer.
fn check_response(name: &str, case: &Value, keys: &Keys) {
    let mut scenario = Scenario::new(case, keys);
    let source = scenario.source();
    // Without a request of ours, nothing changes.
    let before = scenario.new_addresses();
    let peers = scenario.engine.network().peer_count(scenario.id);
    assert!(scenario.receive(source, &hex(&case["packet"])).is_empty());
    let unsolicited = scenario.engine.stats().count(DropReason::Unsolicited);
    assert_eq!(unsolicited, 1, "{name}: the response is dropped");
    assert_eq!(scenario.new_addresses(), before, "{name}: new addresses");
    let now = scenario.engine.network().peer_count(scenario.id);
    assert_eq!(now, peers, "{name}: number of peers");
    let asked = scenario.ask(source);
    let response = response_to(asked.identifier, case, &scenario);
    let expected = expected_packets(name, case, Sender::Any, scenario.clock);
    let sent = scenario.receive(source, &response);
    check_sent(name, &sent, &expected);
    let out = differs(name, Difference::HardLimit);
    check_end(name, &mut scenario, keys, out, Sender::Any);
}

/// Passes in the recorded puncture or puncture request.
fn check_puncture(name: &str, case: &Value, keys: &Keys) {
    let mut scenario = Scenario::new(case, keys);
    let (source, bob) = (scenario.source(), scenario.sender());
    let expected = expected_packets(name, case, Sender::Any, scenario.clock);
    let sent = scenario.receive(source, &hex(&case["packet"]));
    check_sent(name, &sent, &expected);
    let out_of_scope = u64::from(!out_of_scope(name).is_empty());
    let drops = scenario.engine.stats().count(DropReason::OutOfScope);
    assert_eq!(drops, out_of_scope, "{name}: out of scope");
    if differs(name, Difference::MovesByProof) {
        let peer = scenario.engine.network().peer(bob.public_key());
        let moved = peer.is_some_and(|peer| peer.has_address(&source));
        assert!(!moved, "{name}: no proof yet");
        let asked = scenario.ask_contact(source).expect("it is asked there");
        scenario.answer(&bob, source, asked);
    }
    check_end(name, &mut scenario, keys, false, Sender::Any);
}

fn every_scenario_ends_as_with_py_ipv8(community: &str, count: usize) {
    let (file, keys) = (load::<Value>("behaviour.json"), Keys::load());
    let mut run = 0;
    for case in file["scenarios"].as_array().expect("scenarios") {
        if case["community"] != community {
            continue;
        }
        run += 1;
        let name = case["name"].as_str().expect("a name");
        // A sender at a documentation address cannot be asked for a proof.
        let source = Scenario::new(case, &keys).source();
        if source.to_string().starts_with("[2001:db8:") {
            continue;
        }
        match hex(&case["packet"])[22] {
            246 | 234 => {
                check_request(name, case, &keys, Sender::Peer);
                check_request(name, case, &keys, Sender::Stranger);
            }
            245 | 233 => check_response(name, case, &keys),
            250 | 249 | 232 | 231 => check_puncture(name, case, &keys),
            other => panic!("{name}: message {other}"),
        }
    }
    assert_eq!(run, count, "all scenarios of {community}");
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
fn every_difference_names_a_scenario_and_the_addresses_that_py_ipv8_uses() {
    let file = load::<Value>("behaviour.json");
    let scenarios = file["scenarios"].as_array().expect("scenarios");
    for (name, difference) in DIFFERENCES {
        let case = scenarios.iter().find(|case| case["name"] == *name);
        let case = case.unwrap_or_else(|| panic!("{name}: {difference:?}"));
        // py-ipv8 walks or punctures there.
        let [known, sent] = ["new_addresses", "sent"].map(|list| case[list].as_array());
        let known = known.expect("addresses").iter().map(address);
        let sent = sent
            .expect("a list")
            .iter()
            .map(|sent| address(&sent["to"]));
        let used: BTreeSet<_> = known.chain(sent).collect();
        assert!(
            out_of_scope(name).is_subset(&used),
            "{name}: {difference:?}"
        );
    }
}

#[test]
fn packets_that_py_ipv8_ignores_are_dropped_and_counted() {
    let (file, keys) = (load::<Value>("packets.json"), Keys::load());
    for case in file["on_packet"].as_array().expect("packets") {
        let name = case["name"].as_str().expect("a name");
        let id = community_id(case);
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let config = OverlayConfig::new(keys.private("alice"));
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
