//! Strategies take turns, evenly spaced over the walk interval. Tested through the whole engine.

use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, StepReport};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::launch::sends;
use ipv8_tests::probe::{Probe, ProbeSettings};

const INTERVAL: Duration = Duration::from_millis(500);

struct Driver {
    engine: Engine,
    now: Instant,
}

impl Driver {
    fn new(count: usize, target: i32) -> Self {
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let settings = ProbeSettings::default();
        engine
            .add_overlay::<Probe>(overlay_config(0), settings, sends(count, target), now)
            .expect("the overlay is made");
        Self { engine, now }
    }

    /// Handles the requested timeout, `late` after its time, without `Flushed` afterwards.
    fn step(&mut self, late: Duration) -> StepReport {
        self.now = self.engine.poll_timeout().expect("a turn").max(self.now) + late;
        self.engine.handle(Input::Timeout, self.now);
        let mut steps =
            std::iter::from_fn(|| self.engine.poll_output()).filter_map(|output| match output {
                Output::Event(Event::Step(report)) => Some(report),
                _ => None,
            });
        let (Some(report), None) = (steps.next(), steps.next()) else {
            panic!("one input makes one step");
        };
        report
    }

    fn flush(&mut self) {
        self.engine.handle(Input::Flushed, self.now);
    }

    fn steps(&mut self, count: usize) -> Vec<StepReport> {
        let mut reports = Vec::new();
        for _ in 0..count {
            reports.push(self.step(Duration::ZERO));
            self.flush();
        }
        reports
    }
}

#[test]
fn steps_are_exactly_a_share_of_the_interval_apart_and_in_order() {
    for count in 1..=10 {
        let mut driver = Driver::new(count, -1);
        let share = INTERVAL / u32::try_from(count).expect("small");
        assert_eq!(driver.engine.step_gap(), share);
        let start = driver.now;
        let reports = driver.steps(5 * count);
        assert!(
            reports[0].at - start < INTERVAL,
            "the first turn comes within one interval"
        );
        for (index, report) in (0..).zip(&reports) {
            assert_eq!(report.index, index as usize % count);
            assert_eq!(
                report.at - reports[0].at,
                share * index,
                "{count} strategies, step {index}"
            );
        }
        assert_eq!(driver.engine.missed_turns(), 0);
    }
}

#[test]
fn no_strategy_steps_before_the_last_datagrams_were_flushed() {
    let mut driver = Driver::new(5, -1);
    for _ in 0..3 {
        driver.step(Duration::ZERO);
        assert_eq!(driver.engine.poll_timeout(), None);
        driver
            .engine
            .handle(Input::Timeout, driver.now + INTERVAL / 5);
        assert!(
            driver.engine.poll_output().is_none(),
            "a step before `Flushed`"
        );
        driver.flush();
        assert!(driver.engine.poll_timeout().is_some());
    }
}

#[test]
fn other_inputs_neither_start_nor_hold_up_steps() {
    let mut driver = Driver::new(2, -1);
    let first = driver.steps(1)[0].at;
    let next = driver.engine.poll_timeout();
    for _ in 0..10 {
        driver.flush();
        assert!(
            driver
                .engine
                .admit(address("20.0.0.1:1"), b"nothing")
                .is_none()
        );
        assert_eq!(driver.engine.poll_timeout(), next);
    }
    assert_eq!(driver.steps(1)[0].at, first + INTERVAL / 2);
}

#[test]
fn a_timeout_that_comes_early_does_nothing() {
    let mut driver = Driver::new(1, -1);
    driver.steps(1);
    let turn = driver.engine.poll_timeout().expect("a turn");
    driver
        .engine
        .handle(Input::Timeout, turn - Duration::from_nanos(1));
    assert!(driver.engine.poll_output().is_none());
    assert_eq!(driver.engine.poll_timeout(), Some(turn));
}

#[test]
fn a_late_step_shifts_nothing_else() {
    for count in [2, 5, 10] {
        let share = INTERVAL / u32::try_from(count).expect("small");
        let mut driver = Driver::new(count, -1);
        let first = driver.steps(1)[0].at;
        for (index, tenths) in (1..).zip([4, 0, 5, 0, 1, 4]) {
            let report = driver.step(share * tenths / 10);
            driver.flush();
            assert_eq!(
                report.at,
                first + share * index + share * tenths / 10,
                "{count}: step {index}"
            );
        }
        assert_eq!(driver.engine.missed_turns(), 0);
    }
}

#[test]
fn missed_turns_are_lost_and_the_order_stays() {
    let mut driver = Driver::new(5, -1);
    let share = INTERVAL / 5;
    let first = driver.steps(1)[0].at;
    // Late by 2.3 shares.
    let late = driver.step(share * 23 / 10);
    driver.flush();
    assert_eq!((late.index, driver.engine.missed_turns()), (1, 2));
    let rest = driver.steps(3);
    assert_eq!(
        rest.iter().map(|step| step.index).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    // At least half a share after the late step, then back on the grid.
    assert_eq!(rest[0].at, first + share * 4);
    assert_eq!(rest[1].at, first + share * 5);
    assert_eq!(rest[2].at, first + share * 6);
}

#[test]
fn skipped_strategies_keep_their_place() {
    let mut driver = Driver::new(4, 0);
    let reports = driver.steps(8);
    for (index, report) in (0..).zip(&reports) {
        assert!(report.skipped);
        assert_eq!(report.at - reports[0].at, INTERVAL / 4 * index);
    }
}

#[test]
fn skipped_turns_do_not_wait_for_flushed() {
    let mut driver = Driver::new(2, 0);
    for _ in 0..5 {
        assert!(driver.step(Duration::ZERO).skipped);
        assert!(driver.engine.poll_timeout().is_some());
    }
}

#[test]
fn overlays_and_strategies_that_come_and_go_share_the_same_interval() {
    let mut driver = Driver::new(2, -1);
    driver.steps(3);
    let now = driver.now;
    let other = driver
        .engine
        .add_overlay::<Probe<1>>(
            overlay_config(0),
            ProbeSettings::default(),
            sends(3, -1),
            now,
        )
        .expect("the overlay is made");
    assert_eq!(driver.engine.step_gap(), INTERVAL / 5);
    let steps = driver.steps(11);
    // From the step after which they were added, the gap is a fifth.
    for pair in steps.windows(2) {
        assert_eq!(pair[1].at - pair[0].at, INTERVAL / 5);
    }
    let last = steps.last().expect("steps").at;
    assert!(driver.engine.unload_overlay(other, driver.now));
    let steps = driver.steps(4);
    assert!(steps[0].at - last <= INTERVAL / 2);
    for pair in steps.windows(2) {
        assert_eq!(pair[1].at - pair[0].at, INTERVAL / 2);
        assert_ne!(pair[1].index, pair[0].index);
    }
}

#[test]
fn an_overlay_unloaded_between_its_step_and_flushed_delays_no_other() {
    let mut driver = Driver::new(1, -1);
    let now = driver.now;
    driver
        .engine
        .add_overlay::<Probe<1>>(
            overlay_config(0),
            ProbeSettings::default(),
            sends(1, -1),
            now,
        )
        .expect("the overlay is made");
    let step = driver.step(Duration::ZERO);
    assert!(driver.engine.unload_overlay(step.overlay, driver.now));
    assert_eq!(driver.engine.poll_timeout(), None, "not before `Flushed`");
    driver.flush();
    assert_ne!(driver.step(Duration::ZERO).overlay, step.overlay);
}
