//! py-ipv8's test tutorial, part 2: asserting message delivery.
//!
//! `cargo test --example testbase_tutorial_2`

// The program only prints a hint; the rest is for the tests.
#![cfg_attr(not(test), allow(dead_code, unused_imports))]

use std::net::SocketAddr;

use ipv8_core::prelude::*;
use ipv8_core::testing::TestBase;

#[derive(Payload)]
#[payload(id = 1)]
struct Message1 {
    value: i64,
}

#[derive(Payload)]
#[payload(id = 2, unsigned)]
struct Message2 {
    value: i64,
}

#[derive(Payload)]
#[payload(id = 3)]
struct Message3 {
    value: i64,
}

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"testbase tutorial 02");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            signed Message1 => Self::on_message1,
            unsigned Message2 => Self::on_message2,
            signed Message3 => Self::on_message3,
        );
    }
}

impl MyCommunity {
    fn on_message1(&mut self, _peer: &Peer, _message: Message1, _cx: &mut Context<'_>) {}

    fn on_message2(&mut self, _source: SocketAddr, _message: Message2, _cx: &mut Context<'_>) {}

    fn on_message3(&mut self, _peer: &Peer, _message: Message3, _cx: &mut Context<'_>) {}
}

fn main() {
    println!("cargo test --example testbase_tutorial_2");
}

/// Lets node 0 send to node 1.
fn send_msg_to_1(test: &mut TestBase<MyCommunity>, message_number: u8) {
    let peer = test.peer(1);
    let sent = test.call(0, |_, cx| match message_number {
        1 => cx.send(&peer, &Message1 { value: 1 }),
        2 => cx.send(&peer, &Message2 { value: 2 }),
        _ => cx.send(&peer, &Message3 { value: 3 }),
    });
    assert!(sent.is_ok(), "{sent:?}");
}

/// Exactly these messages, in this order.
#[test]
fn test_received_default() {
    let mut test = TestBase::<MyCommunity>::new(2);

    send_msg_to_1(&mut test, 1);
    send_msg_to_1(&mut test, 2);
    test.deliver_messages();

    test.assert_received_by::<(Message1, Message2)>(1);
}

/// Exactly these messages, in any order.
#[test]
fn test_received_no_order() {
    let mut test = TestBase::<MyCommunity>::new(2);

    for message_number in [2, 1, 2] {
        send_msg_to_1(&mut test, message_number);
    }
    test.deliver_messages();

    let received = test.received(1);
    received.in_any_order::<(Message1, Message2, Message2)>();
}

/// These messages, besides any others.
#[test]
fn test_received_filter() {
    let mut test = TestBase::<MyCommunity>::new(2);

    for message_number in [1, 3, 2] {
        send_msg_to_1(&mut test, message_number);
    }
    test.deliver_messages();

    let received = test.received(1).only::<(Message1, Message2)>();
    received.in_order::<(Message1, Message2)>();
}

/// The assertion returns the messages, for further checks.
#[test]
fn test_received_result() {
    let mut test = TestBase::<MyCommunity>::new(2);

    send_msg_to_1(&mut test, 1);
    send_msg_to_1(&mut test, 2);
    send_msg_to_1(&mut test, 3);
    test.deliver_messages();

    let message3: Message3 = test.assert_message_received(1);
    let (message1, message2) = test.assert_received_by::<(Message1, Message2)>(1);
    assert_eq!((1, 2, 3), (message1.value, message2.value, message3.value));
}
