//! Requests and their answers through the context, in virtual time (protocol 11).

use std::any::Any;
use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Callback, Engine, EngineConfig, Input, Output};
use ipv8_core::internals::request_cache::{DEFAULT_CAPACITY, RequestCacheError};
use ipv8_core::prelude::*;
use ipv8_tests::desk::{Desk, overlay_config, panicked};
use ipv8_tests::probe::{Probe, ProbeSettings, Trap};

const SECOND: Duration = Duration::from_secs(1);

fn ask(desk: &mut Desk, timeout: Duration, data: u32) -> u16 {
    let number = desk.call(|_, cx| cx.add_request("ask", timeout, data));
    number.expect("there is room")
}

fn timeouts(desk: &mut Desk) -> Vec<u32> {
    desk.call(|probe, _| probe.timeouts.iter().map(|(_, _, data)| *data).collect())
}

#[test]
fn an_answer_in_time_removes_the_request_and_nothing_times_out() {
    let mut desk = Desk::new();
    let number = ask(&mut desk, SECOND, 7);
    assert_eq!(desk.engine.poll_timeout(), Some(desk.now + SECOND));
    desk.pass(SECOND / 2);
    let answer = desk.call(|_, cx| cx.pop_request::<u32>("ask", number));
    assert_eq!(answer, Some(7));
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u32>("ask", number)),
        None,
        "only once"
    );
    while desk.engine.poll_timeout().is_some() {
        desk.tick(1);
    }
    assert!(timeouts(&mut desk).is_empty());
}

#[test]
fn requests_time_out_at_their_time_earliest_first_and_late_answers_find_nothing() {
    let mut desk = Desk::new();
    let start = desk.now;
    let numbers =
        [(3, 30), (1, 10), (2, 20)].map(|(seconds, data)| ask(&mut desk, SECOND * seconds, data));
    for (seconds, expected) in [(1, vec![10]), (2, vec![10, 20]), (3, vec![10, 20, 30])] {
        assert_eq!(desk.engine.poll_timeout(), Some(start + SECOND * seconds));
        desk.tick(1);
        assert_eq!(timeouts(&mut desk), expected);
    }
    assert_eq!(desk.engine.poll_timeout(), None);
    for number in numbers {
        assert_eq!(
            desk.call(|_, cx| cx.pop_request::<u32>("ask", number)),
            None
        );
    }
}

#[test]
fn an_answer_of_another_kind_leaves_the_request_alone() {
    let mut desk = Desk::new();
    let number = ask(&mut desk, SECOND, 7);
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u64>("ask", number)),
        None
    );
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u32>("other", number)),
        None
    );
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u32>("ask", number.wrapping_add(1))),
        None
    );
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u32>("ask", number)),
        Some(7)
    );
}

#[test]
fn a_full_cache_is_an_error() {
    let mut desk = Desk::new();
    for data in 0..u32::try_from(DEFAULT_CAPACITY).expect("small") {
        ask(&mut desk, SECOND, data);
    }
    let full = desk.call(|_, cx| cx.add_request("ask", SECOND, 0_u32));
    assert_eq!(full, Err(RequestCacheError::Full));
}

#[test]
fn answered_requests_leave_no_timers_behind() {
    let mut desk = Desk::new();
    let hour = SECOND * 3600;
    for data in 0..100_000 {
        let number = ask(&mut desk, hour, data);
        desk.call(|_, cx| cx.pop_request::<u32>("ask", number))
            .expect("it waits");
    }
    let mut wakings = 0;
    while desk.engine.poll_timeout().is_some() {
        desk.tick(1);
        wakings += 1;
    }
    assert!(wakings <= 1, "woken {wakings} times for nothing");
}

#[test]
fn a_timeout_that_panics_does_not_lose_the_others() {
    let settings = ProbeSettings {
        traps: vec![Trap::RequestTimeout],
        ..ProbeSettings::default()
    };
    let mut desk = Desk::with(overlay_config(0), settings, Strategies::new());
    for data in [1, 2, 3] {
        ask(&mut desk, SECOND, data);
    }
    desk.now += SECOND;
    desk.engine.handle(Input::Timeout, desk.now);
    let events = desk.drain().1;
    assert_eq!(panicked(&events), vec![Callback::RequestTimeout; 3]);
    assert_eq!(timeouts(&mut desk), [1, 2, 3]);
    assert_eq!(desk.engine.stats().panics, 3);
}

#[test]
fn the_longest_possible_timeout_does_not_panic() {
    let mut desk = Desk::new();
    let number = ask(&mut desk, Duration::MAX, 7);
    let century = Duration::from_secs(100 * 365 * 24 * 3600);
    assert!(
        desk.engine
            .poll_timeout()
            .is_none_or(|at| at > desk.now + century / 10)
    );
    assert_eq!(
        desk.call(|_, cx| cx.pop_request::<u32>("ask", number)),
        Some(7)
    );
}

#[test]
fn an_unloaded_overlay_leaves_no_timeout_behind() {
    let mut desk = Desk::new();
    ask(&mut desk, SECOND, 7);
    assert!(desk.engine.unload_overlay(desk.id, desk.now));
    desk.drain();
    assert_eq!(desk.engine.poll_timeout(), None);
}

/// Adds a request with a zero timeout again whenever one has timed out.
struct Stubborn(u32);

impl Community for Stubborn {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xbb; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self(0))
    }

    fn started(&mut self, cx: &mut Context<'_>) {
        cx.add_request("again", Duration::ZERO, ())
            .expect("there is room");
    }

    fn on_request_timeout(
        &mut self,
        _: &'static str,
        _: u16,
        _: Box<dyn Any + Send>,
        cx: &mut Context<'_>,
    ) {
        self.0 += 1;
        cx.add_request("again", Duration::ZERO, ())
            .expect("there is room");
    }
}

#[test]
fn one_input_times_each_request_out_once_even_if_it_is_added_again_with_a_zero_timeout() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let id = engine
        .add_overlay::<Stubborn>(overlay_config(0), (), Strategies::new(), now)
        .expect("the overlay is made");
    for round in 1..=3 {
        assert_eq!(engine.poll_timeout(), Some(now));
        engine.handle(Input::Timeout, now);
        while let Some(output) = engine.poll_output() {
            assert!(matches!(output, Output::Event(_)));
        }
        assert_eq!(
            engine.call::<Stubborn, _>(id, now, |stubborn, _| stubborn.0),
            Ok(round)
        );
    }
}

#[test]
fn chosen_numbers_are_kept_apart_by_prefix_and_checked_by_type() {
    let mut desk = Desk::new();
    desk.call(|_, cx| {
        assert_eq!(cx.add_request_as("state", 0, SECOND, 42_u32), Ok(()));
        let again = cx.add_request_as("state", 0, SECOND, 43_u32);
        assert_eq!(again, Err(RequestCacheError::InUse));
        assert_eq!(cx.add_request_as("other", 0, SECOND, 'x'), Ok(()));
        assert!(cx.has_request("state", 0) && !cx.has_request("state", 1));
        assert_eq!(cx.get_request::<u32>("state", 0), Some(&42));
        assert_eq!(cx.get_request::<char>("state", 0), None);
        if let Some(data) = cx.get_request_mut::<u32>("state", 0) {
            *data += 1;
        }
        assert_eq!(cx.pop_request::<u32>("state", 0), Some(43));
        cx.clear_requests();
        assert!(!cx.has_request("other", 0));
    });
}

#[test]
fn passthrough_replaces_timeouts_for_as_long_as_it_lasts() {
    let mut desk = Desk::new();
    let start = desk.now;
    desk.call(|_, cx| {
        cx.passthrough(Duration::ZERO, &["short"], |cx| {
            cx.add_request("short", SECOND * 10, 1_u32)?;
            cx.passthrough(SECOND * 2, &[], |cx| {
                cx.add_request("long", SECOND * 10, 2_u32)
            })?;
            cx.add_request("long", SECOND * 10, 3_u32)
        })
        .expect("there is room");
        cx.add_request("short", SECOND * 10, 4_u32)
            .expect("there is room");
    });
    for (seconds, expected) in [(0, 1), (2, 2)] {
        assert_eq!(desk.engine.poll_timeout(), Some(start + SECOND * seconds));
        desk.tick(1);
        assert_eq!(timeouts(&mut desk).last(), Some(&expected));
    }
    assert_eq!(desk.engine.poll_timeout(), Some(start + SECOND * 10));
    desk.tick(1);
    let mut all = timeouts(&mut desk);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4]);
}

#[test]
fn a_waiter_is_called_when_the_request_is_added_or_the_wait_times_out() {
    let mut desk = Desk::new();
    let start = desk.now;
    let (told, heard) = std::sync::mpsc::channel();
    let wait = |desk: &mut Desk, number, seconds: u32| {
        let told = told.clone();
        desk.call(|_, cx| {
            let on_added =
                move |_: &mut Probe, added: Result<(), RequestError>, _: &mut Context<'_>| {
                    told.send((number, added)).expect("the test listens");
                };
            cx.wait_for_request("state", number, SECOND * seconds, on_added)
                .expect("there is room");
        });
    };
    desk.call(|_, cx| cx.add_request_as("state", 1, SECOND * 60, ()))
        .expect("it is free");
    wait(&mut desk, 1, 30);
    assert!(heard.try_recv().is_err(), "not within the call");
    desk.tick(1);
    assert_eq!((heard.try_recv(), desk.now), (Ok((1, Ok(()))), start));
    wait(&mut desk, 2, 30);
    wait(&mut desk, 2, 30);
    wait(&mut desk, 3, 5);
    desk.pass(SECOND);
    // The request is removed at once, but it was added, and that counts.
    desk.call(|_, cx| {
        cx.add_request_as("state", 2, SECOND * 60, ())
            .expect("it is free");
        cx.pop_request::<()>("state", 2)
    });
    desk.tick(1);
    assert_eq!(heard.try_recv(), Ok((2, Ok(()))));
    assert_eq!(heard.try_recv(), Ok((2, Ok(()))), "each waiter is called");
    desk.tick(1);
    assert_eq!(desk.now, start + SECOND * 5);
    assert_eq!(heard.try_recv(), Ok((3, Err(RequestError::Timeout))));
}
