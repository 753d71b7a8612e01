//! Lint levels on a launcher's struct: they also hold for the code in its attributes.
#![deny(deprecated, dead_code, unfulfilled_lint_expectations)]

use super::forms::my_module::MyCommunity;
use super::forms::walks;
use ipv8_core::prelude::*;

/// A function whose use is a lint.
#[deprecated]
fn old(target: i32) -> i32 {
    target
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = old(1))]
#[allow(deprecated)]
struct Allowing;

#[expect(deprecated, reason = "the lint is in the attribute below")]
#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = old(2))]
struct Expecting;

#[expect(dead_code, reason = "the lint is in the struct")]
#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 3)]
#[derive(Default)]
struct ExpectingInTheStruct {
    unused: u8,
}

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = old(4))]
#[deprecated]
struct Deprecated;

#[test]
#[allow(deprecated)]
fn launchers_with_lint_levels_are_launchers() {
    let launchers = [
        walks(&Allowing),
        walks(&Expecting),
        walks(&ExpectingInTheStruct::default()),
        walks(&Deprecated),
    ];
    let targets = launchers.iter().flatten().map(|(_, target)| *target);
    assert!(targets.eq([1, 2, 3, 4]));
}
