//! Launchers with fields: the values in their attributes read the fields through `self`, also when
//! a macro writes the struct.

use ipv8_core::prelude::*;

struct Quiet;

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x51; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[overlay(Quiet)]
#[walk_strategy(RandomWalk, target_peers = self.target, timeout = self.patience * 2.0)]
#[walk_strategy(EdgeWalk, target_peers = self.target + 1)]
#[derive(Default)]
struct Adjustable {
    target: i32,
    patience: f64,
}

macro_rules! written_by_a_macro {
    ($name:ident) => {
        #[overlay(Quiet)]
        #[walk_strategy(RandomWalk, target_peers = -1)]
        #[derive(Default)]
        struct $name {
            _unused: i32,
        }
    };
}

written_by_a_macro!(Unadjustable);

fn strategies<L: CommunityLauncher<Session = ()>>(launcher: &L) -> Vec<(&'static str, i32)> {
    let mut strategies = Strategies::new();
    launcher.walk_strategies(&(), &mut strategies);
    strategies.iter().collect()
}

#[test]
fn values_read_the_fields_of_the_launcher() {
    let launcher = Adjustable {
        target: 7,
        patience: 1.5,
    };
    assert_eq!(strategies(&launcher), [("RandomWalk", 7), ("EdgeWalk", 8)]);
    assert!((launcher.patience - 1.5).abs() < f64::EPSILON);
}

#[test]
fn the_collected_launcher_is_the_default_one() {
    assert_eq!(
        strategies(&Adjustable::default()),
        [("RandomWalk", 0), ("EdgeWalk", 1)]
    );
    assert_eq!(strategies(&Unadjustable::default()), [("RandomWalk", -1)]);
}
