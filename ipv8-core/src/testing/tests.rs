use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::*;
use crate::crypto::Mid;
use crate::prelude::*;
use crate::state::stats::DropReason;

#[derive(Debug, PartialEq, Payload)]
#[payload(id = 1)]
struct One {
    value: u32,
}

#[derive(Debug, PartialEq, Payload)]
#[payload(id = 2, unsigned)]
struct Two {
    value: u32,
}

/// Two nodes send it back and forth for ever.
#[derive(Debug, PartialEq, Payload)]
#[payload(id = 3, global_time)]
struct Ball {
    count: u32,
}

/// A message without a handler.
#[derive(Debug, PartialEq, Payload)]
#[payload(id = 4)]
struct Unheard {
    value: u32,
}

#[derive(Default)]
struct Mine {
    name: &'static str,
    asked_by: Vec<Mid>,
    timeouts: usize,
    balls: u32,
}

impl Community for Mine {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x71; 20]);
    type Settings = &'static str;

    fn new(name: &'static str, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        if name == "refuse" {
            return Err("it was told to".into());
        }
        Ok(Self {
            name,
            ..Self::default()
        })
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            signed One => Self::on_one,
            unsigned Two => Self::on_two,
            signed Ball => Self::on_ball,
        );
    }

    fn introduction_request_callback(
        &mut self,
        peer: &Peer,
        _request: &IntroductionRequest,
        _cx: &mut Context<'_>,
    ) {
        self.asked_by.push(peer.mid());
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

impl Mine {
    fn on_one(&mut self, _peer: &Peer, one: One, _cx: &mut Context<'_>) {
        assert_ne!(one.value, 13, "an unlucky number");
    }

    fn on_two(&mut self, _source: SocketAddr, _two: Two, _cx: &mut Context<'_>) {}

    fn on_ball(&mut self, peer: &Peer, ball: Ball, cx: &mut Context<'_>) {
        self.balls = ball.count;
        let sent = cx.send(
            peer,
            &Ball {
                count: ball.count + 1,
            },
        );
        assert_eq!(sent, Ok(()));
    }
}

fn send<M: Message>(test: &mut TestBase<Mine>, message: M) {
    let peer = test.peer(1);
    test.call(0, |_, cx| cx.send(&peer, &message))
        .expect("it is queued");
}

/// Returns the text of the panic.
fn failure<R>(fails: impl FnOnce() -> R) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(fails()))).expect_err("it fails");
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_default()
}

fn two_messages() -> TestBase<Mine> {
    let mut test = TestBase::<Mine>::new(2);
    send(&mut test, One { value: 1 });
    send(&mut test, Two { value: 2 });
    test.deliver_messages();
    test
}

#[test]
fn nodes_know_each_other_and_themselves() {
    let test = TestBase::<Mine>::builder(3)
        .settings(|i| ["a", "b", "c"][i])
        .build();
    for i in 0..3 {
        let others: Vec<_> = (0..3).filter(|other| *other != i).collect();
        assert_eq!(test.peers(i), others);
        assert_eq!(test.overlay(i).name, ["a", "b", "c"][i]);
        assert_eq!(test.mid(i), test.peer(i).mid());
    }
    assert_eq!(test.address(2).to_string(), "10.18.0.3:8090");
    assert_eq!(test.time(), Duration::ZERO);
}

#[test]
fn received_messages_are_returned_once() {
    let mut test = two_messages();
    let (one, two) = test.assert_received_by::<(One, Two)>(1);
    assert_eq!((one, two), (One { value: 1 }, Two { value: 2 }));
    test.assert_received_by::<()>(1);
    test.assert_received_by::<()>(0);
}

#[test]
fn the_order_counts_by_default() {
    let text = failure(|| two_messages().assert_received_by::<(Two, One)>(1));
    assert_eq!(
        text,
        "node 1 should have received Two (id 2), One (id 1), in this order, and nothing else.\n\
         It received:\n  \
         1. One (id 1) from node 0, 167 bytes, at 0.000 s\n  \
         2. Two (id 2) from node 0, 27 bytes, at 0.000 s"
    );
    let (two, one) = two_messages().received(1).in_any_order::<(Two, One)>();
    assert_eq!((one.value, two.value), (1, 2));
}

#[test]
fn too_many_and_too_few_are_failures() {
    for text in [
        failure(|| two_messages().assert_received_by::<(One,)>(1)),
        failure(|| two_messages().received(1).in_any_order::<(One,)>()),
        failure(|| two_messages().assert_received_by::<(One, Two, One)>(1)),
        failure(|| two_messages().received(1).in_any_order::<(One, Two, One)>()),
    ] {
        assert!(text.contains("2. Two (id 2) from node 0"), "{text}");
    }
    let text = failure(|| two_messages().assert_message_received::<Ball>(1));
    assert!(
        text.starts_with("node 1 should have received Ball (id 3).\n"),
        "{text}"
    );
    let text = failure(|| two_messages().assert_received_by::<[One; 1]>(0));
    assert!(text.ends_with("It received nothing."), "{text}");
}

#[test]
fn other_messages_can_be_left_aside() {
    let only: (Two,) = two_messages().received(1).only::<(Two,)>().in_order();
    assert_eq!(only.0.value, 2);
    let mut test = two_messages();
    let two: Two = test.assert_message_received(1);
    assert_eq!(two.value, 2);
    test.assert_received_by::<(One,)>(1);
}

#[test]
fn a_message_of_another_type_with_the_same_id_is_reported() {
    #[derive(Debug, PartialEq, Payload)]
    #[payload(id = 1, unsigned)]
    struct NotOne {
        value: u8,
    }
    let text = failure(|| two_messages().assert_received_by::<(NotOne, Two)>(1));
    assert!(text.contains("NotOne (id 1) cannot be read"), "{text}");
}

#[test]
fn introductions_reach_the_callbacks() {
    let mut test = TestBase::<Mine>::builder(2).strangers().build();
    assert!(test.peers(0).is_empty());
    test.introduce(0, 1);
    assert_eq!(test.overlay(1).asked_by, [test.mid(0)]);
    assert_eq!(test.overlay(0).asked_by, [test.mid(1)]);
    assert_eq!((test.peers(0), test.peers(1)), (vec![1], vec![0]));
    test.assert_received_by::<()>(1);
}

#[test]
fn time_passes_when_it_is_told_to() {
    let mut test = TestBase::<Mine>::new(1);
    let timeout = Duration::from_secs(10);
    test.call(0, |_, cx| cx.add_request("ask", timeout, 7_u32))
        .expect("there is room");
    test.deliver_messages();
    test.advance(timeout - Duration::from_millis(1));
    assert_eq!(test.overlay(0).timeouts, 0);
    test.advance(Duration::from_millis(1));
    assert_eq!(test.overlay(0).timeouts, 1);
    assert_eq!(test.time(), timeout);
}

#[test]
fn futures_are_polled_and_those_that_need_a_runtime_are_reported() {
    let mut test = TestBase::<Mine>::new(2);
    let (sender, receiver) = tokio::sync::oneshot::channel::<usize>();
    let done = |mine: &mut Mine, got: Result<usize, _>, _: &mut Context<'_>| {
        mine.timeouts = got.unwrap_or_default();
    };
    test.call(0, |_, cx| cx.spawn("wait", receiver, done))
        .expect("it is registered");
    test.deliver_messages();
    assert_eq!(test.overlay(0).timeouts, 0);
    sender.send(7).expect("the task waits");
    test.deliver_messages();
    assert_eq!(test.overlay(0).timeouts, 7);
    let sleep = async { tokio::time::sleep(Duration::from_millis(1)).await };
    test.call(0, |_, cx| {
        cx.spawn("sleep", sleep, |_: &mut Mine, (), _| {})
    })
    .expect("it is registered");
    let text = failure(|| test.deliver_messages());
    assert_eq!(text, "node 0: task sleep panicked");
}

#[test]
fn a_timeout_of_nothing_comes_with_the_messages() {
    let mut test = TestBase::<Mine>::new(1);
    test.call(0, |_, cx| cx.add_request("ask", Duration::ZERO, 7_u32))
        .expect("there is room");
    test.deliver_messages();
    assert_eq!((test.overlay(0).timeouts, test.time()), (1, Duration::ZERO));
}

#[test]
fn strategies_step_while_time_passes() {
    let mut test = TestBase::<Mine>::builder(3)
        .strangers()
        .strategies(|_| {
            let mut strategies = Strategies::new();
            strategies.add::<RandomWalk>(20, |_| {});
            strategies
        })
        .build();
    // Node 2 has no peers. Node 1 introduces it to node 0.
    test.introduce(0, 1);
    test.introduce(2, 1);
    test.advance_until(Duration::from_secs(30), |test| test.peers(0) == [1, 2]);
    assert!(test.time() > Duration::ZERO);
    let text = failure(|| test.advance_until(Duration::from_secs(2), |_| false));
    assert_eq!(text, "not reached within 2s");
}

#[test]
fn nodes_meet_at_a_tracker_that_they_know_by_name() {
    let mut test = TestBase::<Mine>::builder(2)
        .strangers()
        .strategies(|_| {
            let mut strategies = Strategies::new();
            strategies.add::<RandomWalk>(20, |_| {});
            strategies
        })
        .bootstrappers(|_| {
            let mut bootstrappers = Bootstrappers::new();
            bootstrappers.add::<DispersyBootstrapper>(|bootstrapper| {
                bootstrapper.dns_addresses = ["tracker.test", "nowhere.test"]
                    .map(|host| (host.to_owned(), 6421))
                    .to_vec();
            });
            bootstrappers
        })
        .build();
    let at: SocketAddr = "10.19.0.1:6421".parse().expect("an address");
    test.add_host("tracker.test", [at.ip()]);
    test.add_tracker(at);
    test.advance_until(Duration::from_secs(30), |test| test.peers(0) == [1]);
}

#[test]
fn nodes_that_never_stop_talking_are_reported() {
    let mut test = TestBase::<Mine>::new(2);
    send(&mut test, Ball { count: 1 });
    assert!(!test.deliver(10));
    assert_eq!((test.overlay(0).balls, test.overlay(1).balls), (10, 9));
    let text = failure(|| test.deliver_messages());
    assert!(
        text.starts_with("after 10000 datagrams there are still more"),
        "{text}"
    );
    assert!(
        text.ends_with("to node 1") || text.ends_with("to node 0"),
        "{text}"
    );
    assert_eq!(text.matches("Ball (id 3) from node").count(), 4);
}

#[test]
fn panics_and_unreadable_datagrams_fail_the_test_unless_in_production() {
    let mut test = TestBase::<Mine>::new(2);
    send(&mut test, One { value: 13 });
    let text = failure(|| test.deliver_messages());
    assert!(
        text.contains("node 1: handler of message 1 panicked"),
        "{text}"
    );
    send(&mut test, Unheard { value: 1 });
    let text = failure(|| test.deliver_messages());
    assert!(
        text.starts_with("node 1 could not read a message without a handler (id 4) from node 0"),
        "{text}"
    );
    test.production(1);
    send(&mut test, One { value: 13 });
    send(&mut test, Unheard { value: 1 });
    test.deliver_messages();
    assert_eq!(test.stats(1).panics, 2);
    // Dropped messages count as received, with the reason.
    let received: Vec<_> = test
        .received(1)
        .iter()
        .filter_map(|one| one.dropped)
        .collect();
    let [panicked, unknown] = [DropReason::HandlerPanicked, DropReason::UnknownMessage];
    assert_eq!(received, [panicked, unknown, panicked, unknown]);
}

#[test]
fn an_address_without_a_node_fails_the_test_unless_allowed() {
    let nowhere: SocketAddr = "10.18.9.9:1".parse().expect("an address");
    let mut test = TestBase::<Mine>::new(1);
    test.call(0, |_, cx| cx.walk_to(nowhere));
    let text = failure(|| test.deliver_messages());
    assert_eq!(
        text,
        "1 datagrams were sent to 10.18.9.9:1, where no node has ever been"
    );
    test.allow_unregistered_addresses();
    test.call(0, |_, cx| cx.walk_to(nowhere));
    test.deliver_messages();
}

#[test]
fn an_unplugged_node_receives_nothing_until_it_is_plugged_in() {
    let mut test = TestBase::<Mine>::new(2);
    test.unplug(1);
    send(&mut test, One { value: 1 });
    test.deliver_messages();
    test.assert_received_by::<()>(1);
    test.plug(1);
    send(&mut test, One { value: 1 });
    test.deliver_messages();
    test.assert_received_by::<(One,)>(1);
}

#[test]
fn delays_and_losses_follow_from_the_seed() {
    let run = |seed: u64| {
        let link = Link {
            delay: Duration::from_millis(20),
            jitter: Duration::from_millis(60),
            loss: 0.5,
        };
        let mut test = TestBase::<Mine>::builder(2).seed(seed).link(link).build();
        for value in 20..120 {
            send(&mut test, Two { value });
        }
        test.deliver_messages();
        let received = test.received(1);
        let values: Vec<_> = received
            .iter()
            .filter_map(|one| one.open::<Two>())
            .map(|two| two.value)
            .collect();
        assert!(received.iter().all(|one| {
            (Duration::from_millis(20)..=Duration::from_millis(80)).contains(&one.at)
        }));
        values
    };
    let first = run(1);
    assert!((25..75).contains(&first.len()), "{}", first.len());
    assert!(!first.is_sorted(), "messages overtake each other");
    assert_eq!(run(1), first);
    assert_ne!(run(2), first);
}

#[test]
fn a_late_node_can_be_a_peer_or_a_stranger() {
    let mut test = TestBase::<Mine>::new(2);
    assert_eq!((test.add_node(), test.add_stranger()), (2, 3));
    assert_eq!(test.peers(0), [1, 2]);
    assert_eq!(test.peers(2), [0, 1]);
    assert!(test.peers(3).is_empty());
    assert_eq!(test.len(), 4);
}

#[test]
fn a_community_that_cannot_be_made_says_why() {
    let builder = TestBase::<Mine>::builder(1).settings(|_| "refuse");
    let text = failure(|| builder.build());
    assert_eq!(text, "node 0: could not create Mine: it was told to");
    let text = failure(|| TestBase::<Mine>::new(1).overlay(1).timeouts);
    assert_eq!(text, "there is no node 1, only 1 from 0");
    let mut test = TestBase::<Mine>::new(1);
    assert!(test.unload(0));
    assert!(!test.unload(0));
    let text = failure(|| test.overlay(0).timeouts);
    assert_eq!(text, "the overlay of node 0 is not loaded");
}
