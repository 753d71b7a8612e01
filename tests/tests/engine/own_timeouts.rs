//! Requests and tasks that are overdue when a turn is due, tested on the engine alone. They run
//! before the step, however the engine is driven. One input handles a limited number of them,
//! regardless of the number of overlays.

use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Engine, EngineConfig, Input, TIMEOUTS_AT_ONCE};
use ipv8_core::prelude::*;
use ipv8_tests::desk::overlay_config;
use ipv8_tests::probe::{Log, Probe, ProbeSettings};

/// Notes at each step how many requests have timed out so far.
struct Notes(Log);

impl DiscoveryStrategy<Probe> for Notes {
    fn take_step(&mut self, community: &mut Probe, _cx: &mut Context<'_>) {
        let timeouts = community.timeouts.len();
        self.0.push(format!("a step after {timeouts} timeouts"));
    }
}

fn add<const N: u8>(engine: &mut Engine, strategies: Strategies<Probe<N>>, now: Instant) {
    let added = engine.add_overlay::<Probe<N>>(
        overlay_config(0),
        ProbeSettings::default(),
        strategies,
        now,
    );
    added.expect("the overlay is made");
}

/// Adds `count` requests of overlay `N`, each with a timeout of one second.
fn ask<const N: u8>(engine: &mut Engine, count: usize, now: Instant) {
    let called = engine.call::<Probe<N>, _>(Probe::<N>::COMMUNITY_ID, now, |_, cx| {
        for _ in 0..count {
            let added = cx.add_request("asked", Duration::from_secs(1), 0_u32);
            added.expect("there is room");
        }
    });
    called.expect("it is loaded");
}

/// Registers `count` tasks of overlay `N` that run after one second. Each notes itself among the
/// requests that timed out.
fn register<const N: u8>(engine: &mut Engine, count: usize, now: Instant) {
    let called = engine.call::<Probe<N>, _>(Probe::<N>::COMMUNITY_ID, now, |_, cx| {
        for number in 0..count {
            let task = |probe: &mut Probe<N>, _: &mut Context<'_>| {
                probe.timeouts.push(("task", 0, 0));
            };
            let name = format!("task {number}");
            let registered = cx.after(name, Duration::from_secs(1), task);
            registered.expect("there is room");
        }
    });
    called.expect("it is loaded");
}

/// Returns the number of requests of overlay `N` that timed out and tasks that ran.
fn timeouts<const N: u8>(engine: &Engine) -> usize {
    let community = engine.community::<Probe<N>>(Probe::<N>::COMMUNITY_ID);
    community.expect("it is loaded").timeouts.len()
}

#[test]
fn overdue_requests_time_out_before_a_step_that_is_due_too() {
    let (log, mut now) = (Log::default(), Instant::now());
    let mut engine = Engine::new(&EngineConfig::new([7; 32]));
    let mut strategies = Strategies::new();
    strategies.add_strategy(-1, Notes(log.clone()));
    add::<0>(&mut engine, strategies, now);
    for round in 1..=3 {
        ask::<0>(&mut engine, 2, now);
        // Both the requests and a turn are overdue, and the driver makes only this one call.
        now += Duration::from_secs(2);
        engine.handle(Input::Timeout, now);
        engine.handle(Input::Flushed, now);
        let noted = log.lines();
        assert_eq!(noted.len(), round, "a step each time");
        assert_eq!(
            noted[round - 1],
            format!("a step after {} timeouts", 2 * round)
        );
    }
}

#[test]
fn an_overdue_task_runs_before_the_step_too() {
    let (log, mut now) = (Log::default(), Instant::now());
    let mut engine = Engine::new(&EngineConfig::new([7; 32]));
    let mut strategies = Strategies::new();
    strategies.add_strategy(-1, Notes(log.clone()));
    add::<0>(&mut engine, strategies, now);
    let task_log = log.clone();
    let registered = engine.call::<Probe, _>(Probe::<0>::COMMUNITY_ID, now, |_, cx| {
        let task = move |_: &mut Probe, _: &mut Context<'_>| task_log.push("a task");
        cx.after("task", Duration::from_secs(1), task)
    });
    registered.expect("it is loaded").expect("there is room");
    now += Duration::from_secs(2);
    engine.handle(Input::Timeout, now);
    assert_eq!(log.lines(), ["a task", "a step after 0 timeouts"]);
}

fn three_overlays_time_out(requests: usize, tasks: usize) {
    let mut now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([7; 32]));
    add::<0>(&mut engine, Strategies::new(), now);
    add::<1>(&mut engine, Strategies::new(), now);
    add::<2>(&mut engine, Strategies::new(), now);
    ask::<0>(&mut engine, requests, now);
    ask::<1>(&mut engine, requests, now);
    ask::<2>(&mut engine, requests, now);
    register::<0>(&mut engine, tasks, now);
    register::<1>(&mut engine, tasks, now);
    register::<2>(&mut engine, tasks, now);
    now += Duration::from_secs(2);
    // Each overlay may handle at least one request and one task.
    let most = TIMEOUTS_AT_ONCE + 3 * 2;
    let (mut before, each) = ([0; 3], requests + tasks);
    while before != [each; 3] {
        assert!(engine.poll_timeout().is_some_and(|next| next <= now));
        engine.handle(Input::Timeout, now);
        let after = [
            timeouts::<0>(&engine),
            timeouts::<1>(&engine),
            timeouts::<2>(&engine),
        ];
        let handled = after.iter().sum::<usize>() - before.iter().sum::<usize>();
        assert!(handled <= most, "{handled} from {before:?}");
        for (before, after) in before.iter().zip(after) {
            assert!(
                after > *before || after == each,
                "no overlay is left waiting"
            );
        }
        before = after;
    }
    assert_eq!(engine.poll_timeout(), None);
}

#[test]
fn overlays_share_one_limit_of_timeouts_at_once_and_each_handles_at_least_one() {
    let many = TIMEOUTS_AT_ONCE + 44;
    three_overlays_time_out(many, 0);
    three_overlays_time_out(0, many);
    three_overlays_time_out(many, many);
}
