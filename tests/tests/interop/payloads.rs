//! Signed, unsigned and timed messages in both directions: declared with `#[derive(Payload)]` here
//! and with py-ipv8's payload classes there, and each side reads what the other wrote.

use std::net::SocketAddr;

use ipv8_core::wire::Address;
use ipv8_core::wire::{Bits, Message, Raw};
use ipv8_tests::payloads::{Everything, Item, Plain, Timed};
use ipv8_tests::python::{Listening, PythonNeighbour, PythonProcess};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions};
use ipv8_tests::view::View;
use serde_json::{Value, json};

const COMMUNITY: &str = "6970763820626f746820776179732c20616c6c20";

fn item(number: i64, text: &str) -> Item {
    Item {
        number,
        text: text.to_owned(),
    }
}

/// Returns an ordinary message, one with empty fields, and one with extreme values.
fn everythings() -> [Everything; 3] {
    let ordinary = Everything {
        flag: true,
        number: -2,
        real: 1.1,
        data: vec![0, 0xff],
        text: "hé \u{1F680}".to_owned(),
        nested: item(3, "nested"),
        flags: vec![true, false],
        numbers: vec![1, -1],
        reals: vec![0.5, -0.0],
        items: vec![item(1, "a"), item(2, "")],
    };
    let empty = Everything {
        flag: false,
        number: 0,
        real: 0.0,
        data: Vec::new(),
        text: String::new(),
        nested: item(0, ""),
        flags: Vec::new(),
        numbers: Vec::new(),
        reals: Vec::new(),
        items: Vec::new(),
    };
    let extreme = Everything {
        flag: true,
        number: i64::MIN,
        real: f64::NAN,
        data: (0..=u8::MAX).collect(),
        text: "\0".repeat(300),
        nested: item(i64::MAX, "\u{10ffff}"),
        flags: vec![true; 300],
        numbers: vec![i64::MIN, i64::MAX],
        reals: vec![
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            f64::NAN,
        ],
        items: vec![item(-1, "x"); 40],
    };
    [ordinary, empty, extreme]
}

/// Returns one message for each kind of address of the format `address`.
fn plains() -> [Plain; 3] {
    let ipv6: SocketAddr = "[2001:db8::1]:65535".parse().expect("an address");
    let plain = |address: &str, ip: SocketAddr, fill: u8| Plain {
        byte: fill,
        short: u16::MAX,
        word: u32::MAX,
        long: u64::MAX,
        signed: i32::MIN,
        single: -1.5,
        hash: [fill; 20],
        ipv4: "1.2.3.4:5".parse().expect("an address"),
        ip,
        address: Address::from_host(address, 80),
        bits: Bits::from_byte(fill),
        sized: vec![fill; usize::from(fill)],
        hashes: vec![fill; 60],
        chunks: vec![Vec::new(), vec![fill]],
        text: "hé".to_owned(),
        rest: Raw(vec![fill; usize::from(fill) / 2]),
    };
    [
        plain("example.org", ipv6, 0x81),
        plain("::1", "10.0.0.1:0".parse().expect("an address"), 0),
        plain("255.255.255.255", ipv6, 0xff),
    ]
}

fn timeds() -> [Timed; 2] {
    let timed = |identifier, text: &str| Timed {
        identifier,
        text: text.to_owned(),
    };
    [timed(0, ""), timed(u16::MAX, "peer to peer")]
}

/// One node of each kind.
struct Pair {
    ours: RustNode,
    theirs: PythonProcess,
    listening: Listening,
}

impl Pair {
    fn start(python: &PythonNeighbour) -> Self {
        let mut theirs = python.peer(COMMUNITY, &[]);
        let listening = theirs.listening();
        Self {
            ours: RustNode::start(&RustNodeOptions::new(COMMUNITY)),
            theirs,
            listening,
        }
    }

    /// Sends `message` to the Python node and the same back; both sides must read the same fields.
    /// `times` are the Lamport times of the two messages, if they have any.
    fn exchange<M: Message + View>(&mut self, message: M, signed: bool, times: Option<[u64; 2]>) {
        let (name, fields) = (M::NAME.to_lowercase(), message.view());
        self.ours.send_to(self.listening.address, message);
        let event = self.theirs.wait_for_event("message");
        let (address, mid) = (self.ours.address().to_string(), self.ours.mid());
        let by = signed.then_some(mid.as_str());
        check(
            &event,
            &name,
            &address,
            by,
            times.map(|times| times[0]),
            &fields,
        );

        let command = json!({"command": "send", "message": name, "to": address, "fields": fields});
        self.theirs.ask(&command, "sent");
        let event = self.ours.wait_for_event("message");
        let address = self.listening.address.to_string();
        let by = signed.then_some(self.listening.mid.as_str());
        check(
            &event,
            &name,
            &address,
            by,
            times.map(|times| times[1]),
            &fields,
        );
        let key = signed.then_some(self.listening.public_key.as_str());
        assert_eq!(event["public_key"].as_str(), key);
    }
}

fn check(
    event: &Value,
    name: &str,
    address: &str,
    mid: Option<&str>,
    time: Option<u64>,
    fields: &Value,
) {
    assert_eq!(event["name"], name);
    assert_eq!(event["address"], address);
    assert_eq!(event["mid"].as_str(), mid);
    assert_eq!(event["global_time"].as_u64(), time);
    assert_eq!(&event["fields"], fields);
}

#[test]
fn signed_messages_are_read_as_they_were_written() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut pair = Pair::start(python);
    for message in everythings() {
        pair.exchange(message, true, None);
    }
    assert_eq!(pair.ours.stats().engine.dropped(), 0);
}

#[test]
fn unsigned_messages_are_read_as_they_were_written() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut pair = Pair::start(python);
    for message in plains() {
        pair.exchange(message, false, None);
    }
    assert_eq!(pair.ours.stats().engine.dropped(), 0);
}

#[test]
fn timed_messages_carry_the_clock_of_their_sender() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut pair = Pair::start(python);
    for (time, message) in (1..).zip(timeds()) {
        pair.exchange(message, true, Some([time; 2]));
    }
    // Messages without a time leave the clock alone.
    let [ordinary, ..] = everythings();
    pair.exchange(ordinary, true, None);
    let [.., last] = timeds();
    pair.exchange(last, true, Some([3; 2]));
    assert_eq!(pair.ours.stats().engine.dropped(), 0);
}
