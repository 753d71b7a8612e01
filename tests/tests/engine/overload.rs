//! Tests a node that has more work than time. Most tests drive only the engine. In them, the load
//! advances a virtual clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{
    Engine, EngineConfig, Event, Input, LEAST_LAG, MOST_SLOWDOWN, Output, TIMEOUTS_AT_ONCE,
};
use ipv8_core::prelude::*;
use ipv8_core::wire::CommunityId;
use ipv8_tests::desk::overlay_config;
use ipv8_tests::launch::sends;
use ipv8_tests::probe::{Probe, ProbeSettings};

const INTERVAL: Duration = Duration::from_millis(500);

/// Drives the engine. Each pass through the loop and each step can take virtual time.
struct Driver {
    engine: Engine,
    overlay: CommunityId,
    now: Instant,
    /// The duration of the receive work in each pass through the loop.
    work: Duration,
    /// The duration of each step.
    step: Duration,
    steps: Vec<Instant>,
    /// The total duration of all steps.
    stepping: Duration,
    /// The times at which overload began (`true`) or ended (`false`).
    changes: Vec<(Instant, bool)>,
}

impl Driver {
    fn new(count: usize, scaling: Option<Duration>) -> Self {
        let now = Instant::now();
        let mut config = EngineConfig::new([7; 32]);
        config.walk_scaling = scaling;
        let mut engine = Engine::new(&config);
        let strategies = sends(count, -1);
        let overlay = engine
            .add_overlay::<Probe>(overlay_config(0), ProbeSettings::default(), strategies, now)
            .expect("the overlay is made");
        Self {
            engine,
            overlay,
            now,
            work: Duration::ZERO,
            step: Duration::ZERO,
            steps: Vec::new(),
            stepping: Duration::ZERO,
            changes: Vec::new(),
        }
    }

    /// Makes one pass through the loop, like the runtime: handles a due timeout and its outputs,
    /// then does the receive work. Without receive work it sleeps until the next timeout.
    fn once(&mut self) {
        let next = self.engine.poll_timeout();
        if self.work.is_zero() {
            self.now = self.now.max(next.expect("a turn"));
        }
        if next.is_some_and(|next| next <= self.now) {
            self.engine.handle(Input::Timeout, self.now);
            let mut stepped = false;
            while let Some(output) = self.engine.poll_output() {
                match output {
                    Output::Event(Event::Step(step)) => {
                        self.steps.push(step.at);
                        stepped = true;
                    }
                    Output::Event(Event::Health(health)) => {
                        self.changes.push((self.now, health.overloaded));
                    }
                    _ => {}
                }
            }
            if stepped {
                self.now += self.step;
                self.stepping += self.step;
            }
            self.engine.handle(Input::Flushed, self.now);
        }
        self.now += self.work;
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.once();
        }
    }

    fn is_overloaded(&self) -> bool {
        self.engine.health().overloaded
    }

    fn gaps_since(&self, since: Instant) -> Vec<Duration> {
        let steps = self.steps.iter().filter(|at| **at >= since);
        let steps: Vec<_> = steps.copied().collect();
        steps.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

#[test]
fn a_node_with_enough_time_is_never_late() {
    let mut driver = Driver::new(10, Some(INTERVAL * 10));
    driver.step = Duration::from_millis(20);
    driver.run(Duration::from_secs(20));
    let health = driver.engine.health();
    assert_eq!(health.worst, Duration::ZERO);
    assert_eq!((health.missed_turns, health.slowdown), (0, 1.0));
    assert!(driver.changes.is_empty() && driver.steps.len() >= 399);
}

#[test]
fn one_slow_step_is_no_overload_and_does_not_move_the_grid() {
    let mut driver = Driver::new(10, Some(INTERVAL * 10));
    driver.run(INTERVAL * 2);
    driver.step = INTERVAL / 10 * 5 / 2;
    let before = driver.steps.len();
    while driver.steps.len() == before {
        driver.once();
    }
    driver.step = Duration::ZERO;
    let first = driver.steps[0];
    driver.run(INTERVAL * 4);
    assert!(driver.changes.is_empty());
    let missed = driver.engine.missed_turns();
    assert!((1..=2).contains(&missed), "{missed}");
    for at in &driver.steps[before + 2..] {
        let off = (*at - first).as_nanos() % (INTERVAL / 10).as_nanos();
        assert_eq!(off, 0, "on the grid again; no turn catches up");
    }
}

/// Does 107 ms of receive work in each pass through the loop. At most one turn begins in each pass,
/// and the engine gives up the other turns.
#[test]
fn turns_are_given_up_before_receive_work_is() {
    for scaling in [None, Some(INTERVAL * 100)] {
        let mut driver = Driver::new(10, scaling);
        driver.run(INTERVAL * 4);
        let began = driver.now;
        driver.work = Duration::from_millis(107);
        driver.run(Duration::from_secs(20));
        assert!(driver.is_overloaded());
        assert_eq!(driver.changes.len(), 1, "overload is reported once");
        assert!(driver.changes[0].0 - began < INTERVAL);
        let health = driver.engine.health();
        assert!(health.lag > LEAST_LAG && health.smoothed > LEAST_LAG);
        assert!(health.worst >= health.lag && health.worst < Duration::from_millis(250));
        let turns = driver.gaps_since(began).len();
        match scaling {
            None => {
                assert_eq!(health.slowdown, 1.0);
                assert!((150..=200).contains(&turns), "{turns}: one in each pass");
                assert!(health.missed_turns >= 150);
            }
            Some(_) => {
                assert_eq!(health.slowdown, MOST_SLOWDOWN);
                assert!((35..=60).contains(&turns), "{turns} of 400");
            }
        }
    }
}

#[test]
fn the_node_recovers_within_one_interval_of_the_load_s_end() {
    for (count, scaling) in [
        (1, None),
        (10, None),
        (100, None),
        (1, Some(10)),
        (2, Some(3)),
        (10, Some(10)),
        (100, Some(10)),
    ] {
        let mut driver = Driver::new(count, scaling.map(|times| INTERVAL * times));
        let gap = INTERVAL / u32::try_from(count).expect("small");
        driver.work = Duration::from_millis(170);
        driver.run(Duration::from_secs(12));
        assert!(driver.is_overloaded(), "{count} strategies");
        let slowdown = driver.engine.health().slowdown;
        assert_eq!(slowdown, scaling.map_or(1.0, f64::from), "at the limit");
        let missed = driver.engine.missed_turns();
        (driver.work, driver.changes) = (Duration::ZERO, Vec::new());
        let end = driver.now;
        driver.run(INTERVAL);
        assert!(!driver.is_overloaded(), "{count} strategies");
        assert_eq!(driver.changes.len(), 1);
        assert_eq!(
            (driver.engine.health().slowdown, driver.engine.step_gap()),
            (1.0, gap)
        );
        driver.run(INTERVAL * 10);
        // The turns that were late when the load ended are lost. No later turn is lost, and no
        // strategy catches up.
        let late = driver.engine.missed_turns() - missed;
        assert!(late <= 2 + u64::try_from(count).expect("small"), "{late}");
        for (index, between) in driver.gaps_since(end).iter().enumerate() {
            assert!(*between >= gap / 2, "{count} strategies: {between:?}");
            if index > count {
                assert_eq!(*between, gap, "{count} strategies");
            }
        }
    }
}

#[test]
fn slow_steps_leave_half_of_the_time_to_other_work() {
    for took in [60, 100, 240] {
        let mut driver = Driver::new(10, None);
        driver.step = Duration::from_millis(took);
        driver.run(INTERVAL * 4);
        assert!(driver.is_overloaded());
        let (began, before) = (driver.now, driver.stepping);
        driver.run(Duration::from_secs(60));
        let share = (driver.stepping - before).as_secs_f64() / (driver.now - began).as_secs_f64();
        assert!((0.4..=0.5).contains(&share), "{took} ms: {share}");
        driver.step = Duration::ZERO;
        driver.run(INTERVAL);
        assert!(!driver.is_overloaded());
        let since = driver.now;
        driver.run(INTERVAL * 4);
        for between in driver.gaps_since(since) {
            assert_eq!(between, INTERVAL / 10);
        }
    }
}

#[test]
fn scaling_stretches_the_gaps_until_slow_steps_fit() {
    let mut driver = Driver::new(10, Some(INTERVAL * 10));
    driver.step = Duration::from_millis(100);
    driver.run(INTERVAL * 10);
    let missed = driver.engine.missed_turns();
    driver.run(Duration::from_secs(30));
    let health = driver.engine.health();
    assert_eq!(health.slowdown, 4.0, "half of each 200 ms gap is free");
    assert_eq!(
        driver.engine.missed_turns(),
        missed,
        "no turn is late any more"
    );
    assert_eq!(driver.changes.len(), 1, "the node stays overloaded");
    driver.step = Duration::ZERO;
    driver.run(INTERVAL);
    assert_eq!(driver.engine.step_gap(), INTERVAL / 10);
    assert!(!driver.is_overloaded());
}

#[test]
fn scaling_is_off_until_it_is_asked_for_and_follows_the_walk_interval() {
    let mut driver = Driver::new(10, None);
    assert_eq!(driver.engine.walk_scaling(), None);
    driver.work = Duration::from_millis(100);
    driver.run(Duration::from_secs(2));
    assert_eq!(driver.engine.step_gap(), INTERVAL / 10);
    let now = driver.now;
    let set = driver.engine.set_walk_scaling(Some(INTERVAL * 4), now);
    assert_eq!(set, Ok(()));
    driver.run(Duration::from_secs(2));
    assert_eq!(driver.engine.health().slowdown, 4.0);
    let now = driver.now;
    assert_eq!(driver.engine.set_walk_interval(INTERVAL * 2, now), Ok(()));
    assert_eq!(driver.engine.health().slowdown, 2.0);
    assert_eq!(driver.engine.step_gap(), INTERVAL * 4 / 10);
    assert_eq!(driver.engine.walk_interval(), INTERVAL * 2);
    assert_eq!(driver.engine.set_walk_scaling(None, now), Ok(()));
    assert_eq!(driver.engine.step_gap(), INTERVAL * 2 / 10);
    for wrong in [Duration::ZERO, Duration::from_secs(3_601)] {
        assert!(driver.engine.set_walk_scaling(Some(wrong), now).is_err());
    }
}

#[test]
fn timeouts_come_first_and_only_a_limited_number_at_once() {
    let mut driver = Driver::new(1, None);
    let (overlay, now) = (driver.overlay, driver.now);
    let asked = TIMEOUTS_AT_ONCE * 3 + 10;
    driver
        .engine
        .call::<Probe, _>(overlay, now, |_, cx| {
            for number in 0..asked {
                let number = u16::try_from(number).expect("few");
                let added = cx.add_request_as("asked", number, Duration::from_secs(1), 0_u32);
                added.expect("there is room");
            }
        })
        .expect("it is loaded");
    let timeouts = |driver: &Driver| {
        let community = driver.engine.community::<Probe>(overlay);
        community.expect("it is loaded").timeouts.len()
    };
    // All requests time out and the turn is due at the same time.
    driver.now += Duration::from_secs(2);
    driver.once();
    assert_eq!(timeouts(&driver), TIMEOUTS_AT_ONCE);
    assert_eq!(driver.steps.len(), 1, "timeouts do not delay a turn");
    for times in 2..=4 {
        driver.now += Duration::from_millis(1);
        driver.once();
        assert_eq!(timeouts(&driver), asked.min(TIMEOUTS_AT_ONCE * times));
    }
}

/// Takes slow steps on the real clock while the flag is set.
struct Slow(Arc<AtomicBool>);

impl<C: Community> DiscoveryStrategy<C> for Slow {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        if self.0.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(80));
        }
    }
}

struct Walked;

impl Community for Walked {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"walked until too slo");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(_table: &mut MessageTable<Self>) {}
}

#[overlay(Walked)]
struct WalkedLauncher;

#[tokio::test]
async fn a_running_node_reports_when_overload_begins_and_ends() {
    let configuration = Config::new()
        .interfaces(["127.0.0.1:0".parse().expect("an address")])
        .walk_interval(0.04)
        .walk_scaling_limit(0.1);
    let launchers = Launchers::new().with(WalkedLauncher);
    let node = launchers.config(configuration).launch().await;
    let node = node.expect("it is launched");
    let mut events = node.events();
    let slow = Arc::new(AtomicBool::new(true));
    let overlay = node.overlay::<Walked>().expect("it was launched");
    for _ in 0..2 {
        let strategy = Slow(Arc::clone(&slow));
        overlay.add_strategy(strategy, -1).await.expect("added");
    }
    let mut told = async |overloaded: bool| loop {
        if let Event::Health(health) = events.recv().await.expect("it runs")
            && health.overloaded == overloaded
        {
            return health;
        }
    };
    let health = told(true).await;
    assert!(health.missed_turns > 0 && health.worst > LEAST_LAG);
    slow.store(false, Ordering::Relaxed);
    told(false).await;
    let stats = node.stats().await.expect("it runs");
    assert!(stats.health.worst >= health.lag);
    node.set_walk_scaling(None).await.expect("it runs");
    assert_eq!(node.health().await.expect("it runs").slowdown, 1.0);
    assert!(node.set_walk_scaling(-1.0).await.is_err());
    node.stop().await;
}

/// Takes `turns` turns. Each begins `lag` later than its place on the grid.
fn take_turns(driver: &mut Driver, due: &mut Instant, lag: Duration, turns: usize) {
    let gap = driver.engine.step_gap();
    for _ in 0..turns {
        let before = driver.steps.len();
        driver.now = *due + lag;
        driver.once();
        assert_eq!(driver.steps.len(), before + 1);
        let passed = lag.as_nanos() / gap.as_nanos() + 1;
        *due += gap * u32::try_from(passed).expect("few");
    }
}

#[test]
fn two_turns_in_a_row_late_by_a_gap_are_overload_and_less_is_not() {
    // The limit is the gap between turns, but at least 20 ms and at most a tenth of the interval
    // (50 ms).
    for (count, limit) in [(1, 50), (5, 50), (10, 50), (20, 25), (25, 20), (100, 20)] {
        let limit = Duration::from_millis(limit);
        let mut driver = Driver::new(count, None);
        let mut due = driver.engine.poll_timeout().expect("a turn");
        let almost = limit.saturating_sub(Duration::from_nanos(1));
        take_turns(&mut driver, &mut due, almost, 40);
        for _ in 0..10 {
            take_turns(&mut driver, &mut due, limit, 1);
            take_turns(&mut driver, &mut due, Duration::ZERO, 1);
        }
        assert!(driver.changes.is_empty(), "{count} strategies");
        take_turns(&mut driver, &mut due, limit, 1);
        assert!(!driver.is_overloaded());
        take_turns(&mut driver, &mut due, limit, 1);
        assert!(driver.is_overloaded(), "{count} strategies");
    }
}

#[test]
fn after_a_long_step_the_node_waits_only_half_an_interval() {
    let mut driver = Driver::new(10, None);
    driver.step = INTERVAL * 4;
    driver.run(INTERVAL * 20);
    assert!(driver.is_overloaded());
    let since = driver.now;
    driver.run(INTERVAL * 40);
    for between in driver.gaps_since(since) {
        let rest = between - INTERVAL * 4;
        assert!(rest >= INTERVAL / 2, "{rest:?}");
        assert!(rest < INTERVAL / 2 + INTERVAL / 10, "{rest:?}");
    }
}

#[test]
fn overload_ends_and_the_node_sleeps_once_slow_strategies_are_removed() {
    for scaling in [None, Some(INTERVAL * 10)] {
        let mut driver = Driver::new(1, scaling);
        driver.step = INTERVAL * 2;
        driver.run(INTERVAL * 20);
        assert!(driver.is_overloaded());
        assert!(driver.engine.unload_overlay(driver.overlay, driver.now));
        let gone = driver.now;
        while driver.engine.poll_timeout().is_some() && driver.now - gone < INTERVAL * 40 {
            driver.once();
        }
        assert!(!driver.is_overloaded() && driver.now - gone <= INTERVAL);
        assert_eq!(driver.engine.health().slowdown, 1.0);
        assert_eq!(driver.engine.poll_timeout(), None, "nothing is left to do");
    }
}
