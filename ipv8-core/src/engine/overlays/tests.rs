//! Strategies, settings and actions by name.
#![allow(clippy::unwrap_used)]

use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{Strategies, StrategyList};
use crate::crypto::PrivateKey;
use crate::engine::{Engine, EngineConfig, OverlayConfig};
use crate::overlay::community::{ActionError, Available, Community, CommunityError};
use crate::overlay::context::Context;
use crate::overlay::strategy::{DiscoveryStrategy, RandomWalk};
use crate::wire::packet::CommunityId;

#[derive(Debug, Default, PartialEq, ipv8_macros::Options)]
struct Settings {
    pub size: u8,
}

#[derive(Debug, Default)]
struct Offering {
    calls: Vec<String>,
}

#[derive(Default, ipv8_macros::Options)]
struct OwnWalk {
    pub pace: f64,
    steps: usize,
}

impl DiscoveryStrategy<Offering> for OwnWalk {
    fn take_step(&mut self, _community: &mut Offering, _cx: &mut Context<'_>) {
        self.steps += 1;
    }
}

impl Community for Offering {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([3; 20]);
    type Settings = Settings;

    fn new(_settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn available(available: &mut Available<Self>) {
        available.strategy::<OwnWalk>().settings();
        available
            .action("note", Self::note)
            .action("fail", |_: &mut Self, _: &mut Context<'_>| {
                Err::<(), _>("no")
            })
            .action(
                "both",
                |this: &mut Self, one: Option<u8>, other: (f64, bool), _: &mut Context<'_>| {
                    this.calls.push(format!("{one:?} {other:?}"));
                },
            );
    }
}

impl Offering {
    fn note(&mut self, text: String, cx: &mut Context<'_>) {
        self.calls.push(format!("{text} with {}", cx.peer_count()));
    }
}

#[test]
fn strategies_are_created_and_changed_by_name() {
    let available = Available::<Offering>::new();
    let mut strategies = Strategies::<Offering>::new();
    let available = available.erased;
    let options = available
        .add_strategy("Offering", "OwnWalk", -1, strategies.erased())
        .unwrap();
    options.set_option("pace", &json!(2)).unwrap();
    assert!(options.set_option("steps", &json!(2)).is_err());
    available
        .add_strategy("Offering", "EdgeWalk", 20, strategies.erased())
        .unwrap();
    strategies.add::<RandomWalk>(3, |walk| walk.window_size = 9);
    let options = available.strategy_options(0, strategies.erased()).unwrap();
    assert_eq!(options.option("pace").unwrap(), 2.0);
    let options = available.strategy_options(2, strategies.erased()).unwrap();
    assert_eq!(options.option("window_size").unwrap(), 9);
    assert!(
        strategies.erased().set_target_peers(2, 4) && !strategies.erased().set_target_peers(3, 4)
    );
    assert!(available.strategy_options(3, strategies.erased()).is_none());
    let listed: Vec<_> = strategies.iter().collect();
    assert_eq!(
        listed,
        [("OwnWalk", -1), ("EdgeWalk", 20), ("RandomWalk", 4)]
    );
}

#[test]
fn an_unknown_strategy_is_reported_with_a_hint() {
    let available = Available::<Offering>::new().erased;
    let mut strategies = Strategies::<Offering>::new();
    let error = |name| {
        available
            .add_strategy("Offering", name, 1, &mut StrategyList::default())
            .err()
            .unwrap()
    };
    assert_eq!(
        error("OwnWolk").to_string(),
        "unknown strategy \"OwnWolk\" for Offering: did you mean \"OwnWalk\"?"
    );
    assert_eq!(
        error("PingChurn").to_string(),
        "unknown strategy \"PingChurn\" for Offering: expected one of: RandomWalk, EdgeWalk, OwnWalk"
    );
    // A strategy that the community does not offer has no options by name.
    struct Hidden;
    impl DiscoveryStrategy<Offering> for Hidden {
        fn take_step(&mut self, _community: &mut Offering, _cx: &mut Context<'_>) {}
    }
    strategies.add_strategy(1, Hidden);
    assert!(available.strategy_options(0, strategies.erased()).is_none());
    strategies.erased().clear();
    assert_eq!(strategies.iter().next(), None);
}

#[test]
fn offered_settings_are_set_by_name() {
    let mut settings = Settings::default();
    let available = Available::<Offering>::new();
    let options = available.erased.settings_options(&mut settings).unwrap();
    options.set_option("size", &json!(3)).unwrap();
    assert_eq!(settings, Settings { size: 3 });
}

#[test]
fn actions_are_checked_and_called() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([0; 32]));
    let my_peer = PrivateKey::generate(&mut StdRng::seed_from_u64(1));
    let overlay = OverlayConfig::new(my_peer);
    let id = engine
        .add_overlay::<Offering>(overlay, Settings::default(), Strategies::new(), now)
        .unwrap();
    let available = Available::<Offering>::new();
    let mut run = |name: &str, arguments: Value| {
        let arguments = arguments.as_array().unwrap().clone();
        engine
            .call::<Offering, _>(id, now, |community, cx| {
                let result = available.erased.run_action(name, &arguments, community, cx);
                (
                    result.map(|result| result.map_err(|error| error.to_string())),
                    community.calls.clone(),
                )
            })
            .unwrap()
    };
    assert_eq!(
        run("note", json!(["a"])),
        (Ok(Ok(())), vec!["a with 0".to_owned()])
    );
    assert_eq!(
        run("both", json!([null, [1, true]])).1[1],
        "None (1.0, true)"
    );
    assert_eq!(run("fail", json!([])).0, Ok(Err("no".to_owned())));
    let texts = [
        (
            "nota",
            json!([]),
            "unknown action \"nota\": did you mean \"note\"?",
        ),
        (
            "start",
            json!([]),
            "unknown action \"start\": expected one of: note, fail, both",
        ),
        (
            "note",
            json!([]),
            "action \"note\" takes 1 argument(s), but got 0",
        ),
        (
            "note",
            json!([1]),
            "argument 1 of action \"note\" cannot be read: invalid type: integer `1`, expected a string",
        ),
        (
            "both",
            json!([256, [1, true]]),
            "argument 1 of action \"both\" cannot be read: invalid value: integer `256`, expected u8",
        ),
        (
            "both",
            json!([1, [1]]),
            "argument 2 of action \"both\" cannot be read: invalid length 1, expected a tuple of size 2",
        ),
    ];
    for (name, arguments, text) in texts {
        let (result, calls) = run(name, arguments.clone());
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(calls.len(), 2);
        let checked = Available::<Offering>::new()
            .erased
            .check_action(name, arguments.as_array().unwrap());
        assert_eq!(checked, Err::<(), ActionError>(error));
    }
}
