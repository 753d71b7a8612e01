//! A community and its strategies can change only their own overlay. Two overlays of one node share
//! the peer graph, the clock and the engine, but the first cannot take a peer, an event, a request
//! or a task from the second.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::crypto::Mid;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::Event;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::wire::IntroductionResponse;
use ipv8_tests::desk::{Desk, key, overlay_config, sealed};

/// A signed message. The handler tries to make peers of all keys in the test.
#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    number: u16,
}

/// A message that carries the clock.
#[derive(Payload)]
#[payload(id = 2, global_time)]
struct Timed {
    number: u16,
}

/// One of the two overlays. It notes which peers join and leave it.
#[derive(Default)]
struct Overlay<const N: u8> {
    events: Vec<(bool, Mid)>,
    meddles: bool,
    timeouts: usize,
    runs: usize,
    pings: usize,
}

impl<const N: u8> Community for Overlay<N> {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xc0 + N; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        ipv8_core::handlers!(table: signed Hello => Self::on_hello, signed Timed => Self::on_timed);
    }

    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        self.events.push((true, peer.mid()));
        if self.meddles {
            // Everything that a community can do to the graph.
            cx.forget_peer(peer);
            cx.give_up(&peer.address());
            cx.blacklist(peer.address());
            let _ = cx.network().verified_peers().count();
        }
    }

    fn on_peer_removed(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.events.push((false, peer.mid()));
    }

    fn on_request_timeout(
        &mut self,
        _prefix: &'static str,
        _number: u16,
        _data: Box<dyn std::any::Any + Send>,
        _cx: &mut Context<'_>,
    ) {
        self.timeouts += 1;
    }
}

impl<const N: u8> Overlay<N> {
    /// Tries to make peers of three keys. Only one of them signed the message.
    fn on_hello(&mut self, peer: &Peer, hello: Hello, cx: &mut Context<'_>) {
        for number in 1..=3 {
            let forged = Peer::new(key(number).public_key().clone(), peer.address(), cx.now());
            let identifier = hello.number;
            let response = IntroductionResponse::new(at(9), at(9), at(9), identifier);
            let _ = cx.admit_response(&forged, &response);
        }
    }

    fn on_timed(&mut self, _peer: &Peer, _timed: Timed, _cx: &mut Context<'_>) {}
}

impl<const N: u8> PingCommunity for Overlay<N> {
    fn send_ping(&mut self, _peer: &Peer, _cx: &mut Context<'_>) {
        self.pings += 1;
    }
}

type First = Overlay<1>;
type Second = Overlay<2>;

/// A node with both overlays.
fn node(strategies: Strategies<First>) -> Desk {
    let mut desk = Desk::new();
    desk.reload_with::<First>(overlay_config(0), (), strategies);
    let second = Strategies::new();
    let now = desk.now;
    let added = desk
        .engine
        .add_overlay::<Second>(overlay_config(0), (), second, now);
    added.expect("the second overlay is made");
    desk.drain();
    desk
}

fn at(number: u8) -> SocketAddr {
    SocketAddr::from(([20, 0, 0, number], 1))
}

/// Makes the key a verified peer of both overlays.
fn befriend_both(desk: &mut Desk, number: u8) -> Peer {
    let peer = Peer::new(
        key(number.into()).public_key().clone(),
        at(number),
        desk.now,
    );
    let graph = desk.engine.network_mut();
    graph.add_peer_of(&peer, First::COMMUNITY_ID);
    graph.add_peer_of(&peer, Second::COMMUNITY_ID);
    graph.heard_from(peer.key(), desk.now);
    desk.drain_after_flush();
    peer
}

fn call<C: Community, R>(desk: &mut Desk, call: impl FnOnce(&mut C, &mut Context<'_>) -> R) -> R {
    let called = desk.engine.call(C::COMMUNITY_ID, desk.now, call);
    called.expect("the overlay is loaded")
}

/// The number of peers of the first and of the second overlay.
fn counts(desk: &Desk) -> [usize; 2] {
    [First::COMMUNITY_ID, Second::COMMUNITY_ID].map(|id| desk.engine.network().peer_count(id))
}

#[test]
fn a_community_cannot_take_the_peer_events_of_any_overlay() {
    let mut desk = node(Strategies::new());
    call(&mut desk, |first: &mut First, _| first.meddles = true);
    let mid = befriend_both(&mut desk, 1).mid();
    let first = call(&mut desk, |first: &mut First, _| first.events.clone());
    let second = call(&mut desk, |second: &mut Second, _| second.events.clone());
    assert_eq!(first, [(true, mid), (false, mid)]);
    assert_eq!(second, [(true, mid)]);
    assert_eq!(counts(&desk), [0, 1]);
}

#[test]
fn forgetting_a_peer_removes_it_from_this_overlay_only() {
    let mut desk = node(Strategies::new());
    let peer = befriend_both(&mut desk, 1);
    assert!(call(&mut desk, |_: &mut First, cx| cx.forget_peer(&peer)));
    let events = desk.drain().1;
    assert!(
        matches!(&events[..], [Event::PeerRemoved { overlay, .. }] if *overlay == First::COMMUNITY_ID),
        "{events:?}"
    );
    assert_eq!(counts(&desk), [0, 1]);
    let seen = call(&mut desk, |second: &mut Second, _| second.events.clone());
    assert_eq!(seen, [(true, peer.mid())]);
    assert!(!call(&mut desk, |_: &mut First, cx| cx.forget_peer(&peer)));
    // With its last overlay it leaves the node.
    assert!(call(&mut desk, |_: &mut Second, cx| cx.forget_peer(&peer)));
    assert!(!desk.engine.network().is_verified(peer.key()));
}

#[test]
fn giving_up_and_blacklisting_an_address_leave_it_to_the_other_overlay() {
    let mut desk = node(Strategies::new());
    let introducer = befriend_both(&mut desk, 1);
    let graph = desk.engine.network_mut();
    for (number, service) in [2, 3].into_iter().flat_map(|number| {
        [First::COMMUNITY_ID, Second::COMMUNITY_ID].map(|service| (number, service))
    }) {
        graph.discover_address(&introducer, at(number), Some(service), false);
    }
    call(&mut desk, |_: &mut First, cx| {
        assert!(cx.give_up(&at(2)));
        cx.blacklist(at(3));
        assert_eq!(cx.walkable_count(), 0);
    });
    call(&mut desk, |_: &mut Second, cx| {
        assert_eq!(cx.walkable_count(), 2)
    });
}

#[test]
fn a_blacklisted_address_makes_no_peer_of_this_overlay() {
    let mut desk = node(Strategies::new());
    call(&mut desk, |_: &mut First, cx| cx.blacklist(at(1)));
    desk.prove::<First>(First::COMMUNITY_ID, 1, at(1));
    desk.prove::<Second>(Second::COMMUNITY_ID, 1, at(1));
    assert_eq!(counts(&desk), [0, 1]);
}

#[test]
fn a_community_cannot_verify_a_peer_that_did_not_sign_the_message() {
    let mut desk = node(Strategies::new());
    let id = First::COMMUNITY_ID;
    let number = desk.ask::<First>(id, at(2));
    desk.receive(at(2), &sealed(id, &key(2), 1, &Hello { number }));
    let verified = [1, 2, 3].map(|number| {
        let key = key(number);
        desk.engine.network().is_verified(key.public_key())
    });
    assert_eq!(verified, [false, true, false]);
    // Outside a handler, no message proves who the peer is.
    let forged = Peer::new(key(3).public_key().clone(), at(3), desk.now);
    let response = IntroductionResponse::new(at(9), at(9), at(9), 1);
    let refused = call(&mut desk, |_: &mut First, cx| {
        cx.admit_response(&forged, &response)
    });
    assert_eq!(refused, Err(DropReason::Unsolicited));
    assert_eq!(counts(&desk), [1, 0]);
}

#[test]
fn a_community_cannot_report_pings_of_another_overlay_s_peers() {
    let mut desk = node(Strategies::new());
    let ours = befriend_both(&mut desk, 1);
    let theirs = befriend_both(&mut desk, 2);
    call(&mut desk, |_: &mut First, cx| cx.forget_peer(&theirs));
    desk.drain();
    let round_trip = Duration::from_millis(5);
    let noted = call(&mut desk, |_: &mut First, cx| {
        [&ours, &theirs].map(|peer| cx.ping_answered(peer.key(), round_trip))
    });
    assert_eq!(noted, [true, false]);
    let pings = [&ours, &theirs].map(|peer| {
        let known = desk.engine.network().peer(peer.key());
        known.map_or(0, |peer| peer.pings().count())
    });
    assert_eq!(pings, [1, 0]);
}

#[test]
fn a_community_cannot_turn_the_clock_of_its_key_back() {
    let mut desk = node(Strategies::new());
    let peer = befriend_both(&mut desk, 1);
    let mut times = Vec::new();
    for update in [5, u64::MAX, 0] {
        call(&mut desk, |_: &mut First, cx| cx.update_global_time(update));
        call(&mut desk, |_: &mut Second, cx| {
            assert_eq!(cx.send(&peer, &Timed { number: 1 }), Ok(()));
        });
        let [(_, datagram)] = &desk.drain().0[..] else {
            panic!("one datagram");
        };
        // 23 bytes of header, 2 of the length of the key, the key, the time.
        let time = &datagram[25 + 74..][..8];
        times.push(u64::from_be_bytes(time.try_into().expect("eight bytes")));
    }
    assert_eq!(times[0], 6);
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}

#[test]
fn a_strategy_that_drops_peers_drops_them_from_its_overlay_only() {
    let mut strategies = Strategies::new();
    strategies.add::<RandomChurn>(-1, |churn| {
        churn.inactive_time = 1.0;
        churn.drop_time = 2.0;
    });
    let mut desk = node(strategies);
    befriend_both(&mut desk, 1);
    desk.tick(60);
    assert!(call(&mut desk, |first: &mut First, _| first.pings > 0));
    assert_eq!(counts(&desk), [0, 1]);
}

#[test]
fn requests_and_tasks_of_another_overlay_stay() {
    let mut desk = node(Strategies::new());
    let second = Duration::from_secs(1);
    call(&mut desk, |_: &mut Second, cx| {
        let count = |this: &mut Second, _: &mut Context<'_>| this.runs += 1;
        assert!(cx.add_request("ask", second, ()).is_ok());
        assert!(cx.after("run", second, count).is_ok());
    });
    call(&mut desk, |_: &mut First, cx| {
        cx.clear_requests();
        cx.cancel_all_tasks();
        assert!(!cx.cancel_task("run") && cx.tasks().is_empty());
    });
    desk.tick(1);
    let seen = call(&mut desk, |this: &mut Second, _| (this.timeouts, this.runs));
    assert_eq!(seen, (1, 1));
}
