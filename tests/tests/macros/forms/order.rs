//! Some orders of one stack of attributes, compiled. The tests of `ipv8-macros` try all 720 orders
//! on tokens.

use super::my_module::{MyCommunity, MyStrategy};
use super::{expected, walks};
use ipv8_core::prelude::*;
use ipv8_core::{CommunityLauncher, walk_strategy as strat};

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 1)]
#[strat(MyStrategy, target_peers = 2)]
#[::ipv8_core::walk_strategy(EdgeWalk, target_peers = 3)]
#[name("In order")]
#[after("A", "B")]
struct Written;

#[after("A", "B")]
#[name("Backwards")]
#[::ipv8_core::walk_strategy(EdgeWalk, target_peers = 3)]
#[strat(MyStrategy, target_peers = 2)]
#[walk_strategy(RandomWalk, target_peers = 1)]
#[overlay(MyCommunity)]
struct Backwards;

/// Documented above.
#[walk_strategy(RandomWalk, target_peers = 1)]
#[after("A")]
#[derive(Clone, Copy, Debug)]
#[strat(MyStrategy, target_peers = 2)]
/// Documented between.
#[overlay(MyCommunity)]
#[allow(dead_code)]
#[after("B")]
#[cfg(test)]
#[::ipv8_core::walk_strategy(EdgeWalk, target_peers = 3)]
#[derive(PartialEq, Eq)]
#[name("Mixed")]
#[must_use]
struct Mixed;

#[test]
fn strategies_keep_the_written_order_and_no_other_order_matters() {
    let downwards = expected(&[("RandomWalk", 1), ("MyStrategy", 2), ("EdgeWalk", 3)]);
    let upwards: Vec<_> = downwards.iter().rev().cloned().collect();
    assert_eq!(walks(&Written), downwards);
    assert_eq!(walks(&Backwards), upwards);
    assert_eq!(walks(&Mixed), downwards);
    let after = [
        Written::META.after,
        Backwards::META.after,
        Mixed::META.after,
    ];
    assert_eq!(after, [["A", "B"]; 3]);
    let names = [Written::META.name, Backwards::META.name, Mixed::META.name];
    assert_eq!(names, ["In order", "Backwards", "Mixed"]);
}

#[test]
fn other_attributes_take_effect() {
    let copy = Mixed;
    assert_eq!(format!("{copy:?}"), "Mixed");
    assert!(copy == Mixed);
}
