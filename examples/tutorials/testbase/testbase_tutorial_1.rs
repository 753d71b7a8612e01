//! py-ipv8's test tutorial, part 1: unit tests of an overlay.
//!
//! `cargo test --example testbase_tutorial_1`

// The program only prints a hint; the rest is for the tests.
#![cfg_attr(not(test), allow(dead_code, unused_imports))]

use std::any::Any;
use std::time::Duration;

use ipv8_core::crypto::Mid;
use ipv8_core::prelude::*;
use ipv8_core::testing::TestBase;

#[derive(Default)]
struct MyCommunitySettings {
    some_constant: Option<u32>,
}

struct MyCommunity {
    some_constant: u32,
    last_peer: Option<Mid>,
    timed_out: bool,
}

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"testbase tutorial 01");
    type Settings = MyCommunitySettings;

    fn new(settings: MyCommunitySettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self {
            some_constant: settings.some_constant.unwrap_or(42),
            last_peer: None,
            timed_out: false,
        })
    }

    fn introduction_request_callback(
        &mut self,
        peer: &Peer,
        _request: &IntroductionRequest,
        _cx: &mut Context<'_>,
    ) {
        self.last_peer = Some(peer.mid());
    }

    fn on_request_timeout(
        &mut self,
        _prefix: &'static str,
        _number: u16,
        _data: Box<dyn Any + Send>,
        _cx: &mut Context<'_>,
    ) {
        self.timed_out = true;
    }
}

impl MyCommunity {
    fn add_cache(&mut self, cx: &mut Context<'_>) {
        let added = cx.add_request("my-cache", Duration::from_secs(10), ());
        assert!(added.is_ok(), "{added:?}");
    }
}

fn main() {
    println!("cargo test --example testbase_tutorial_1");
}

/// Creates a `MyCommunity` and checks its constant.
#[test]
fn test_call() {
    // Create 1 MyCommunity.
    let test = TestBase::<MyCommunity>::new(1);

    // Nodes are 0-indexed.
    let value = test.overlay(0).some_constant;

    assert_eq!(42, value);
}

/// Creates a `MyCommunity` with another constant.
#[test]
fn test_call2() {
    let test = TestBase::<MyCommunity>::builder(1)
        .settings(|_| MyCommunitySettings {
            some_constant: Some(7),
        })
        .build();

    let value = test.overlay(0).some_constant;

    assert_eq!(7, value);
}

/// Checks that a request of another `MyCommunity` arrives.
#[test]
fn test_intro_called() {
    let mut test = TestBase::<MyCommunity>::new(2);

    // The overlay of peer 0 sends a message to peer 1.
    let peer = test.peer(1);
    test.call(0, |_, cx| cx.send_introduction_request(&peer));
    // Messages wait until they are delivered.
    test.deliver_messages();

    // Peer 1 should have received the message from peer 0.
    assert_eq!(Some(test.mid(0)), test.overlay(1).last_peer);
}

/// The same, after all nodes introduced themselves.
#[test]
fn test_intro_called2() {
    let mut test = TestBase::<MyCommunity>::new(2);

    test.introduce_nodes();

    assert_eq!(Some(test.mid(0)), test.overlay(1).last_peer);
    assert_eq!(Some(test.mid(1)), test.overlay(0).last_peer);
}

/// Checks that a timeout of the request cache is handled.
///
/// py-ipv8 has `passthrough()` to fire the timeout at once; here the test advances virtual time by
/// ten seconds.
#[test]
fn test_passthrough() {
    let mut test = TestBase::<MyCommunity>::new(1);

    test.call(0, MyCommunity::add_cache);
    test.deliver_messages();
    assert!(!test.overlay(0).timed_out);
    test.advance(Duration::from_secs(10));

    assert!(test.overlay(0).timed_out);
}

/// A panic in a handler fails the test. A test about panics runs its nodes in production mode.
#[test]
fn test_production() {
    let mut test = TestBase::<MyCommunity>::new(2);

    test.production(1);
    let (from, to) = (test.address(0), test.address(1));
    test.send_datagram(from, to, b"no message of IPv8".to_vec());
    test.deliver_messages();

    assert_eq!(test.stats(1).dropped(), 1);
}
