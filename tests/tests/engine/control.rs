//! Changes to a running node: strategies and overlays are added, removed, paused and changed, found
//! by id and by name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use ipv8_core::engine::StrategyId;
use ipv8_core::internals::engine::{
    ControlError, Engine, EngineConfig, Event, Input, Output, OverlayConfig, StepReport,
    StrategyChange, StrategyStatus,
};
use ipv8_core::internals::names::NameError;
use ipv8_core::prelude::*;
use ipv8_tests::desk::{PROBE, overlay_config};
use ipv8_tests::launch::{Idle, sends};
use ipv8_tests::probe::{Probe, ProbeSettings};
use ipv8_tests::quiet::{Quiet, QuietId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const INTERVAL: Duration = Duration::from_millis(500);

fn engine(strategies: Strategies<Probe>, now: Instant) -> Engine {
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let settings = ProbeSettings::default();
    engine
        .add_overlay::<Probe>(overlay_config(0), settings, strategies, now)
        .expect("the overlay is made");
    engine
}

/// Lets the engine take every turn until `end`, each at its due time. Returns the steps and all
/// other events.
fn run_until(engine: &mut Engine, end: Instant) -> (Vec<StepReport>, Vec<Event>) {
    let (mut steps, mut events) = (Vec::new(), Vec::new());
    let mut at = None;
    loop {
        while let Some(output) = engine.poll_output() {
            match output {
                Output::Event(Event::Step(report)) => steps.push(report),
                Output::Event(event) => events.push(event),
                _ => {}
            }
        }
        if let Some(at) = at {
            engine.handle(Input::Flushed, at);
        }
        let Some(turn) = engine.poll_timeout().filter(|turn| *turn <= end) else {
            return (steps, events);
        };
        let now = at.map_or(turn, |at: Instant| at.max(turn));
        engine.handle(Input::Timeout, now);
        at = Some(now);
    }
}

fn ids(engine: &Engine) -> Vec<StrategyId> {
    engine.strategies().iter().map(|info| info.id).collect()
}

#[test]
fn ids_and_names_stay_when_other_strategies_are_removed() {
    let now = Instant::now();
    let mut strategies = sends(3, -1);
    strategies.add::<Idle>(-1, |_| {});
    let mut engine = engine(strategies, now);
    let names = |engine: &Engine| -> Vec<String> {
        let all = engine.strategies();
        all.iter().map(|info| info.name.to_string()).collect()
    };
    assert_eq!(names(&engine), ["Sends", "Sends#2", "Sends#3", "Idle"]);
    let [first, second, third, idle] = ids(&engine)[..] else {
        panic!("four strategies");
    };
    engine.remove_strategy(first, now).expect("it is there");
    assert_eq!(names(&engine), ["Sends#2", "Sends#3", "Idle"]);
    assert_eq!(engine.find_strategy_by_name(PROBE, "Sends#3"), Ok(third));
    assert_eq!(
        engine.find_strategy_by_name(PROBE, &second.to_string()),
        Ok(second)
    );
    assert_eq!(engine.strategy(idle).map(|info| info.index), Some(2));
    assert_eq!(engine.strategy(first), None);
    assert_eq!(
        engine.pause_strategy(first, now),
        Err(ControlError::NoStrategy(first))
    );
    let added = engine.add_strategies::<Probe>(PROBE, sends(1, -1), now);
    let added = added.expect("it is loaded").expect("no bad target");
    assert_eq!(names(&engine), ["Sends#2", "Sends#3", "Idle", "Sends"]);
    assert!(!added.contains(&first), "an id is never given again");
    engine.remove_strategy(third, now).expect("it is there");
    let error = engine
        .find_strategy_by_name(PROBE, "Send")
        .expect_err("no such name");
    assert_eq!(
        error.to_string(),
        r#"no strategy is named "Send": did you mean "Sends"?"#
    );
}

#[test]
fn overlays_of_one_type_are_told_apart_by_their_names() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let mut add = |name: Option<&str>, id: u8| {
        let config = OverlayConfig {
            name: name.map(str::to_owned),
            ..overlay_config(0)
        };
        let settings = QuietId(CommunityId::from_bytes([id; 20]));
        let added = engine.add_overlay::<Quiet>(config, settings, Strategies::new(), now);
        added.map_err(|error| error.to_string())
    };
    let [one, two, named] = [(None, 1), (None, 2), (Some("Named"), 3)]
        .map(|(name, id)| add(name, id).expect("ids of their own"));
    let refused = add(Some("Named"), 4).expect_err("the name is taken");
    assert!(
        refused.contains(r#"the name "Named" is in use by Quiet"#),
        "{refused}"
    );
    for (name, id) in [
        ("Quiet", one),
        ("Quiet#2", two),
        ("Named", named),
        (&two.to_string(), two),
    ] {
        assert_eq!(engine.find_overlay_by_name(name), Ok(id), "{name}");
    }
    engine.unload_overlay(one, now);
    let Err(NameError::Ambiguous { candidates, .. }) = engine.find_overlay_by_name("Quiet") else {
        panic!("two overlays have this type, and none this name");
    };
    assert_eq!(candidates, ["Quiet#2", "Named"]);
    engine.unload_overlay(named, now);
    assert_eq!(engine.find_overlay_by_name("Quiet"), Ok(two));
}

#[test]
fn a_strategy_pauses_resumes_and_changes_its_target_and_interval() {
    let now = Instant::now();
    let mut engine = engine(sends(2, -1), now);
    let [one, two] = ids(&engine)[..] else {
        panic!("two strategies");
    };
    run_until(&mut engine, now + INTERVAL * 4);
    let at = now + INTERVAL * 4;
    engine.pause_strategy(one, at).expect("it is there");
    engine.pause_strategy(one, at).expect("again is fine");
    assert_eq!(engine.step_gap(), INTERVAL);
    let (steps, events) = run_until(&mut engine, at + INTERVAL * 10);
    assert!(steps.iter().all(|step| step.id == two), "one pauses");
    assert!((9..=11).contains(&steps.len()));
    assert!(matches!(
        events[..],
        [Event::StrategyChanged { id, change: StrategyChange::Paused, .. }] if id == one
    ));
    let info = engine.strategy(one).expect("it is there");
    assert_eq!(info.status, StrategyStatus::Paused);
    let at = at + INTERVAL * 10;
    engine.resume_strategy(one, at).expect("it is there");
    engine.set_target_peers(two, 0).expect("0 is a target");
    engine
        .set_strategy_interval(one, Some(INTERVAL * 4), at)
        .expect("two seconds are fine");
    let (steps, _) = run_until(&mut engine, at + INTERVAL * 40);
    let of = |id| steps.iter().filter(move |step| step.id == id);
    // The strategy does not catch up on turns missed while it was paused.
    assert!((9..=11).contains(&of(one).count()), "{}", of(one).count());
    assert!((39..=41).contains(&of(two).count()));
    assert!(of(two).all(|step| step.skipped));
    let info = engine.strategy(two).expect("it is there");
    assert_eq!(info.status, StrategyStatus::AtTarget);
    assert!(info.skipped >= 39 && info.steps >= 13 && info.last_step < Some(at));
    let info = engine.strategy(one).expect("it is there");
    assert!(info.has_own_interval && info.interval == INTERVAL * 4);
    assert_eq!(
        engine.set_target_peers(one, -2),
        Err(ControlError::Target(-2))
    );
    for bad in [Duration::ZERO, Duration::from_secs(3601)] {
        assert!(engine.set_strategy_interval(one, Some(bad), at).is_err());
        assert!(engine.set_walk_interval(bad, at).is_err());
    }
}

/// The turns that a strategy was promised, and the steps it took.
#[derive(Default)]
struct Account {
    promised: f64,
    steps: u32,
}

#[test]
fn changes_to_other_strategies_cost_no_turns_and_no_turn_comes_too_soon() {
    for seed in 0..12 {
        let mut rng = StdRng::seed_from_u64(seed);
        let start = Instant::now();
        let mut engine = engine(sends(3, -1), start);
        let calm: BTreeSet<_> = ids(&engine).into_iter().collect();
        let mut accounts: BTreeMap<StrategyId, Account> = BTreeMap::new();
        let (mut now, mut last) = (start, None::<Instant>);
        for _ in 0..400 {
            let next = now + Duration::from_secs_f64(rng.random::<f64>());
            let share = (next - now).as_secs_f64() / INTERVAL.as_secs_f64();
            let gap = engine.step_gap();
            let (steps, _) = run_until(&mut engine, next);
            for step in steps {
                let least = gap / 2;
                if let Some(last) = last.replace(step.at) {
                    assert!(step.at - last >= least, "seed {seed}: {:?}", step.at - last);
                }
                accounts.entry(step.id).or_default().steps += 1;
            }
            for id in &calm {
                accounts.entry(*id).or_default().promised += share;
            }
            now = next;
            disturb(&mut engine, &calm, &mut rng, now);
        }
        for (id, account) in accounts.iter().filter(|(id, _)| calm.contains(id)) {
            let off = f64::from(account.steps) - account.promised;
            assert!(off.abs() < 2.0, "seed {seed}: {id} is off by {off}");
        }
    }
}

/// Makes a random change to a strategy that is not among `calm`, or adds one.
fn disturb(engine: &mut Engine, calm: &BTreeSet<StrategyId>, rng: &mut StdRng, now: Instant) {
    let others: Vec<_> = ids(engine)
        .into_iter()
        .filter(|id| !calm.contains(id))
        .collect();
    let chosen = (!others.is_empty()).then(|| others[rng.random_range(0..others.len())]);
    let own = Duration::from_secs_f64(0.05 + 3.0 * rng.random::<f64>());
    let done = match (rng.random_range(0..8), chosen) {
        (0 | 1, _) | (_, None) if others.len() < 12 => {
            let added = engine.add_strategies::<Probe>(PROBE, sends(1, -1), now);
            return assert!(added.is_ok_and(|added| added.is_ok()));
        }
        (2, Some(id)) => engine.remove_strategy(id, now),
        (3, Some(id)) => engine.pause_strategy(id, now),
        (4, Some(id)) => engine.resume_strategy(id, now),
        (5, Some(id)) => engine.set_target_peers(id, rng.random_range(-1..2)),
        (6, Some(id)) => engine.set_strategy_interval(id, Some(own), now),
        (_, Some(id)) => engine.set_strategy_interval(id, None, now),
        (_, None) => Ok(()),
    };
    done.expect("the strategy is there");
}
