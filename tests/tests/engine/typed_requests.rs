//! Requests with typed answers, in virtual time: which peer may answer, until when, and how other
//! answers are handled.

use std::time::Duration;

use ipv8_core::handlers;
use ipv8_core::internals::engine::{Callback, Input, OverlayError};
use ipv8_core::internals::outbox::OUTBOX_LIMIT;
use ipv8_core::internals::request_cache::DEFAULT_CAPACITY;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::wire::{Identified, Message};
use ipv8_tests::calculator::{Add, Calculator, Here, Knock, Subtract, Sum, Unasked, Unheard};
use ipv8_tests::desk::{Desk, address, key, overlay_config, panicked, sealed};

const SECOND: Duration = Duration::from_secs(1);
const PEER: &str = "20.0.0.7:7";
const ELSEWHERE: &str = "20.0.0.8:8";

fn desk() -> (Desk, Peer) {
    let mut desk = Desk::new();
    desk.reload::<Calculator>(Default::default());
    let peer = desk.befriend(7, address(PEER));
    (desk, peer)
}

fn call<R>(desk: &mut Desk, call: impl FnOnce(&mut Calculator, &mut Context<'_>) -> R) -> R {
    let called = desk.engine.call(desk.id, desk.now, call);
    called.expect("the overlay is loaded")
}

fn answers(desk: &mut Desk) -> Vec<Result<u32, RequestError>> {
    call(desk, |calculator, _| calculator.answers.clone())
}

fn add() -> Add {
    Add {
        left: 1,
        number: 4711,
        right: 2,
    }
}

/// Asks the peer for a sum, and returns the number of the request.
fn ask(desk: &mut Desk, peer: &Peer) -> u16 {
    let asked = call(desk, |_, cx| {
        cx.request(peer, add(), SECOND * 10, Calculator::on_sum)
    });
    asked.expect("it is asked")
}

fn sealed_sum(desk: &Desk, signer: u16, number: u16) -> Vec<u8> {
    sealed(desk.id, &key(signer), 1, &Sum { sum: 3, number })
}

#[test]
fn the_answer_of_the_peer_asked_comes_back_typed_and_once() {
    let (mut desk, peer) = desk();
    let number = ask(&mut desk, &peer);
    let sent = desk.drain().0;
    let expected = sealed(desk.id, &key(0), 1, &Add { number, ..add() });
    assert_eq!(sent, [(address(PEER), expected)]);
    let before = desk.engine.stats().clone();
    let answer = sealed_sum(&desk, 7, number);
    // The peer may have moved meanwhile: only its signature counts.
    desk.receive(address(ELSEWHERE), &answer);
    assert_eq!(answers(&mut desk), [Ok(3)]);
    assert_eq!(desk.drops_since(&before), []);
    desk.receive(address(PEER), &answer);
    assert_eq!(answers(&mut desk).len(), 1, "a repeated answer is dropped");
    assert_eq!(desk.drops(DropReason::Unsolicited), 1);
    assert_eq!(call(&mut desk, |_, cx| cx.requests_waiting()), 0);
}

#[test]
fn an_answer_of_another_peer_is_counted_and_leaves_the_request_waiting() {
    let (mut desk, peer) = desk();
    let number = ask(&mut desk, &peer);
    desk.drain();
    let forged = sealed_sum(&desk, 8, number);
    desk.receive(address(PEER), &forged);
    let unknown = sealed_sum(&desk, 7, number.wrapping_add(1));
    desk.receive(address(PEER), &unknown);
    assert_eq!(desk.drops(DropReason::Unsolicited), 2);
    assert_eq!(answers(&mut desk), []);
    let answer = sealed_sum(&desk, 7, number);
    desk.receive(address(PEER), &answer);
    assert_eq!(answers(&mut desk), [Ok(3)]);
}

#[test]
fn an_unsigned_answer_must_come_from_the_address_that_was_asked() {
    let (mut desk, peer) = desk();
    let number = call(&mut desk, |_, cx| {
        let knock = Knock { number: 0 };
        cx.request(&peer, knock, SECOND, Calculator::on_here)
    })
    .expect("it is asked");
    desk.drain();
    let here = sealed(desk.id, &key(7), 1, &Here { number });
    desk.receive(address(ELSEWHERE), &here);
    assert_eq!(
        (
            answers(&mut desk).len(),
            desk.drops(DropReason::Unsolicited)
        ),
        (0, 1)
    );
    desk.receive(address(PEER), &here);
    assert_eq!(answers(&mut desk), [Ok(0)]);
}

#[test]
fn any_signer_at_an_address_may_answer_if_the_address_was_asked() {
    let (mut desk, _) = desk();
    let number = call(&mut desk, |_, cx| {
        cx.request_to(address(ELSEWHERE), add(), SECOND, Calculator::on_sum)
    })
    .expect("it is asked");
    desk.drain();
    let answer = sealed_sum(&desk, 9, number);
    desk.receive(address(PEER), &answer);
    assert_eq!(answers(&mut desk), []);
    desk.receive(address(ELSEWHERE), &answer);
    assert_eq!(answers(&mut desk), [Ok(3)]);
}

#[test]
fn a_request_without_an_answer_times_out_once_and_a_late_answer_is_counted() {
    let (mut desk, peer) = desk();
    let start = desk.now;
    let number = ask(&mut desk, &peer);
    desk.drain();
    assert_eq!(desk.engine.poll_timeout(), Some(start + SECOND * 10));
    desk.tick(1);
    assert_eq!(answers(&mut desk), [Err(RequestError::Timeout)]);
    let late = sealed_sum(&desk, 7, number);
    desk.receive(address(PEER), &late);
    assert_eq!(desk.drops(DropReason::Unsolicited), 1);
    assert_eq!(answers(&mut desk).len(), 1);
    assert_eq!(desk.engine.poll_timeout(), None);
}

#[test]
fn a_cancelled_request_calls_no_callback() {
    let (mut desk, peer) = desk();
    let number = ask(&mut desk, &peer);
    desk.drain();
    assert!(call(&mut desk, |_, cx| cx.cancel_request::<Add>(number)));
    assert!(!call(&mut desk, |_, cx| cx.cancel_request::<Add>(number)));
    let late = sealed_sum(&desk, 7, number);
    desk.receive(address(PEER), &late);
    while desk.engine.poll_timeout().is_some() {
        desk.tick(1);
    }
    assert_eq!(answers(&mut desk), []);
}

#[test]
fn a_handler_answers_under_the_number_of_the_request() {
    let (mut desk, _) = desk();
    let request = sealed(desk.id, &key(7), 1, &add());
    let sent = desk.receive(address(PEER), &request);
    let expected = Sum {
        sum: 3,
        number: 4711,
    };
    let expected = sealed(desk.id, &key(0), 1, &expected);
    assert_eq!(sent, [(address(PEER), expected)]);
    let knock = sealed(desk.id, &key(7), 1, &Knock { number: 9 });
    let sent = desk.receive(address(ELSEWHERE), &knock);
    let expected = sealed(desk.id, &key(0), 1, &Here { number: 9 });
    assert_eq!(sent, [(address(ELSEWHERE), expected)]);
}

#[test]
fn a_handler_that_returns_none_or_an_error_sends_nothing() {
    let (mut desk, _) = desk();
    let too_much = Add {
        left: u32::MAX,
        ..add()
    };
    let request = sealed(desk.id, &key(7), 1, &too_much);
    assert_eq!(desk.receive(address(PEER), &request), []);
    let mut subtract = Subtract {
        number: 5,
        left: 1,
        right: 2,
    };
    let request = sealed(desk.id, &key(7), 1, &subtract);
    assert_eq!(desk.receive(address(PEER), &request), []);
    subtract.left = 5;
    let request = sealed(desk.id, &key(7), 1, &subtract);
    let expected = sealed(desk.id, &key(0), 1, &Sum { sum: 3, number: 5 });
    assert_eq!(
        desk.receive(address(PEER), &request),
        [(address(PEER), expected)]
    );
    assert_eq!(call(&mut desk, |calculator, _| calculator.asked), 3);
}

#[test]
fn too_many_requests_at_once_are_an_error_at_the_call() {
    let (mut desk, peer) = desk();
    call(&mut desk, |_, cx| {
        for _ in 0..DEFAULT_CAPACITY {
            let asked = cx.request(&peer, add(), SECOND, Calculator::on_sum);
            assert!(asked.is_ok());
        }
        let asked = cx.request(&peer, add(), SECOND, Calculator::on_sum);
        assert_eq!(asked, Err(RequestError::Full));
        assert_eq!(cx.requests_waiting(), DEFAULT_CAPACITY);
    });
    let numbers: std::collections::BTreeSet<_> =
        desk.drain().0.into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(numbers.len(), DEFAULT_CAPACITY, "each has its own number");
}

#[test]
fn a_request_that_cannot_be_sent_is_an_error_at_the_call_and_does_not_wait() {
    let (mut desk, peer) = desk();
    call(&mut desk, |_, cx| {
        let nowhere = cx.request_to(address("0.0.0.0:0"), add(), SECOND, Calculator::on_sum);
        let error = SendError::NotQueued(DropReason::Unsendable);
        assert_eq!(nowhere, Err(RequestError::Send(error)));
        for _ in 0..OUTBOX_LIMIT {
            assert_eq!(cx.send(&peer, &add()), Ok(()));
        }
        let full = cx.request(&peer, add(), SECOND, Calculator::on_sum);
        let error = SendError::NotQueued(DropReason::QueueFull);
        assert_eq!(full, Err(RequestError::Send(error)));
        assert_eq!(cx.requests_waiting(), 0);
    });
    assert_eq!(desk.engine.poll_timeout(), None);
}

#[test]
fn an_unregistered_response_and_a_callback_of_another_community_are_refused() {
    let (mut desk, peer) = desk();
    call(&mut desk, |_, cx| {
        let on_answer =
            |_: &mut Calculator, _: Result<Unheard, RequestError>, _: &mut Context<'_>| ();
        let asked = cx.request(&peer, Unasked { number: 0 }, SECOND, on_answer);
        assert_eq!(asked, Err(RequestError::NotTaken("Unheard")));
        let on_answer = |_: &mut Asker, _: Result<Sum, RequestError>, _: &mut Context<'_>| ();
        let asked = cx.request(&peer, add(), SECOND, on_answer);
        assert!(matches!(
            asked,
            Err(RequestError::OtherCommunity { expected: "Calculator", given }) if given.ends_with("Asker")
        ));
    });
}

#[test]
fn unloading_fails_every_waiting_request_and_refuses_new_ones() {
    let (mut desk, peer) = desk();
    let (told, heard) = std::sync::mpsc::channel();
    call(&mut desk, |_, cx| {
        let again = peer.clone();
        let on_answer =
            move |_: &mut Calculator, answer: Result<Sum, RequestError>, cx: &mut Context<'_>| {
                let again = cx.request(&again, add(), SECOND, Calculator::on_sum);
                told.send((answer, again)).expect("the test listens");
            };
        cx.request(&peer, add(), SECOND, on_answer)
            .expect("it is asked");
    });
    assert!(desk.engine.unload_overlay(desk.id, desk.now));
    desk.drain();
    let (answer, again) = heard.try_recv().expect("the callback was called");
    assert_eq!(answer, Err(RequestError::Unloaded));
    assert_eq!(again, Err(RequestError::Unloaded));
    assert_eq!(desk.engine.poll_timeout(), None);
}

#[test]
fn a_callback_that_panics_is_counted_and_the_others_are_called() {
    let (mut desk, peer) = desk();
    call(&mut desk, |_, cx| {
        let trap = |_: &mut Calculator, _: Result<Sum, RequestError>, _: &mut Context<'_>| {
            panic!("a trap")
        };
        cx.request(&peer, add(), SECOND, trap).expect("it is asked");
    });
    ask(&mut desk, &peer);
    desk.drain();
    desk.now += SECOND * 10;
    desk.engine.handle(Input::Timeout, desk.now);
    let events = desk.drain().1;
    assert_eq!(panicked(&events), [Callback::RequestTimeout]);
    assert_eq!(answers(&mut desk), [Err(RequestError::Timeout)]);
}

/// Sends requests and answers none.
struct Asker;

impl Community for Asker {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xef; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: response Sum);
    }
}

#[test]
fn a_community_that_only_asks_needs_no_handler_for_requests() {
    let mut desk = Desk::new();
    desk.reload::<Asker>(());
    let peer = desk.befriend(7, address(PEER));
    let (told, heard) = std::sync::mpsc::channel();
    let number = desk.engine.call(desk.id, desk.now, |_: &mut Asker, cx| {
        let on_answer =
            move |_: &mut Asker, sum: Result<Sum, RequestError>, _: &mut Context<'_>| {
                told.send(sum.map(|sum| sum.sum)).expect("the test listens");
            };
        cx.request(&peer, add(), SECOND, on_answer)
    });
    let number = number.expect("loaded").expect("asked");
    desk.drain();
    let request = sealed(desk.id, &key(7), 1, &add());
    desk.receive(address(PEER), &request);
    assert_eq!(desk.drops(DropReason::UnknownMessage), 1);
    let answer = sealed_sum(&desk, 7, number);
    desk.receive(address(PEER), &answer);
    assert_eq!(heard.try_recv(), Ok(Ok(3)));
}

/// Registers a handler for the response of a request, which is not allowed.
struct Torn;

impl Community for Torn {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xed; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        table
            .signed::<Sum>(|_, _, _, _| ())
            .request::<Add>(|_: &mut Self, _: &Peer, _: Add, _: &mut Context<'_>| None::<Sum>);
    }
}

#[test]
fn a_response_with_a_second_handler_is_refused() {
    let mut desk = Desk::new();
    let config = overlay_config(0);
    let added = desk
        .engine
        .add_overlay::<Torn>(config, (), Strategies::new(), desk.now);
    assert!(
        matches!(added, Err(OverlayError::Messages { .. })),
        "{added:?}"
    );
}

#[test]
fn identifiers_are_plain_fields() {
    let mut sum = Sum { sum: 1, number: 2 };
    sum.set_identifier(3);
    assert_eq!((sum.identifier(), sum.number), (3, 3));
    assert_eq!((Add::ID, Sum::ID), (1, 2));
}
