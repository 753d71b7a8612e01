//! The turn in progress.

use std::time::{Duration, Instant};

use super::nodes::{Counts, add};
use crate::engine::{Engine, EngineConfig, Event, Input, Output, Strategies};
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;

/// Walks to as many addresses as it has been set to.
struct Walks(u16);

impl<const N: u8> DiscoveryStrategy<Counts<N>> for Walks {
    fn take_step(&mut self, _community: &mut Counts<N>, cx: &mut Context<'_>) {
        for port in 1..=self.0 {
            cx.walk_to(([20, 0, 0, 1], port).into());
        }
    }
}

/// Returns an engine with two strategies, at the time of the first turn.
fn engine(datagrams: u16, target_peers: i32) -> (Engine, Instant) {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let mut strategies = Strategies::new();
    strategies.add_strategy(target_peers, Walks(datagrams));
    strategies.add_strategy(target_peers, Walks(datagrams));
    add::<1>(&mut engine, strategies, now);
    drain(&mut engine);
    let turn = engine.poll_timeout().expect("a turn");
    (engine, turn)
}

/// Polls all outputs. Returns the number of datagrams and of steps.
fn drain(engine: &mut Engine) -> (usize, usize) {
    let (mut datagrams, mut steps) = (0, 0);
    while let Some(output) = engine.poll_output() {
        match output {
            Output::Send(_) => datagrams += 1,
            Output::Event(Event::Step(_)) => steps += 1,
            _ => {}
        }
    }
    (datagrams, steps)
}

#[test]
fn the_driver_can_take_the_step_apart_from_the_rest_of_a_timeout() {
    let (mut engine, at) = engine(3, -1);
    assert!(engine.begin_turn(at - Duration::from_nanos(1)).is_none());
    let gap = engine.step_gap();
    let step = engine.begin_turn(at).expect("the turn has begun");
    assert_eq!(step.strategy(), "Walks");
    let done = step.take();
    assert_eq!((done.report.at, done.report.datagrams), (at, 3));
    assert_eq!((done.gap, done.overrun), (gap, false));
    assert_eq!(drain(&mut engine), (3, 1));
}

#[test]
fn no_turn_begins_before_the_datagrams_of_the_last_step_were_handed_over() {
    let (mut engine, at) = engine(3, -1);
    assert!(!engine.awaits_flush());
    engine.handle(Input::Timeout, at);
    assert_eq!(drain(&mut engine), (3, 1));
    assert!(engine.awaits_flush());
    let later = at + engine.step_gap() * 5;
    assert_eq!(engine.poll_timeout(), None);
    assert!(engine.begin_turn(later).is_none());
    engine.handle(Input::Flushed, later);
    assert!(!engine.awaits_flush());
    let next = engine.poll_timeout().expect("the next turn");
    assert_eq!(next, later + engine.step_gap() / 2);
    assert!(engine.begin_turn(next).is_some());
}

#[test]
fn a_turn_is_not_over_while_datagrams_of_its_step_are_held() {
    let (mut engine, at) = engine(100, -1);
    engine.handle(Input::Timeout, at);
    let (mut sent, _) = drain(&mut engine);
    assert_eq!(sent, 16);
    engine.handle(Input::Flushed, at);
    while let Some(release) = engine.next_release() {
        assert!(!engine.awaits_flush());
        assert_eq!(engine.poll_timeout(), Some(release));
        engine.handle(Input::Timeout, release);
        let (datagrams, steps) = drain(&mut engine);
        assert_eq!(steps, 0);
        sent += datagrams;
        engine.handle(Input::Flushed, release);
    }
    assert_eq!(sent, 100);
    assert_eq!(engine.poll_timeout(), Some(at + engine.step_gap()));
}

#[test]
fn a_skipped_turn_is_over_at_once() {
    let (mut engine, at) = engine(3, 0);
    let gap = engine.step_gap();
    for turn in 0..4 {
        assert_eq!(engine.poll_timeout(), Some(at + gap * turn));
        let step = engine.begin_turn(at + gap * turn).expect("a turn");
        assert!(step.take().report.skipped);
        assert!(!engine.awaits_flush());
    }
}
