//! Options of strategies: any expression is allowed, and rustc checks it.

use super::my_module::{MyCommunity, MyStrategy};
use super::{expected, walks};
use ipv8_core::prelude::*;
use std::cell::RefCell;

thread_local! {
    static EVALUATED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Records that an option was evaluated, and returns its value.
fn evaluate<T>(value: T, name: &'static str) -> T {
    EVALUATED.with_borrow_mut(|evaluated| evaluated.push(name));
    value
}

/// A strategy whose options have the names of the attribute's arguments and of Rust keywords.
#[derive(Default)]
struct Awkward {
    target_peers: &'static str,
    target_peer: u8,
    r#type: Option<fn(u8, u8) -> u8>,
}

impl<C: Community> DiscoveryStrategy<C> for Awkward {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        let _ = (self.target_peers, self.target_peer, self.r#type);
    }
}

const TARGET: i32 = 12;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, timeout = evaluate(3.0, "timeout"), target_peers = TARGET, window_size = evaluate(5, "window"))]
#[walk_strategy(MyStrategy, interval = { let strategy = 1.0; strategy + 1.0 }, neighbours = vec![evaluate(1, "vec"), 2].len())]
#[walk_strategy(MyStrategy, neighbours = if TARGET > 3 { usize::from_str_radix("7", 8).unwrap_or(0) } else { 0 }, target_peers = (-1))]
#[walk_strategy(Awkward, r#target_peers = "option", r#target_peer = 5, r#type = Some(|a, b| a + b), target_peers = TARGET - 10,)]
struct Evaluating;

/// Generates a stack of attributes, as a user's macro may.
macro_rules! launcher {
    ($name:ident, $community:path, $module:literal, $type:literal, $strategy:ty, $target:expr, $option:ident = $value:expr) => {
        #[overlay($community)]
        #[walk_strategy($strategy, target_peers = $target, $option = $value)]
        #[walk_strategy($module, $type)]
        #[name($type)]
        struct $name;
    };
}

launcher!(
    ByMacro,
    super::my_module::MyCommunity,
    "super.my_module",
    "MyStrategy",
    RandomWalk,
    -1,
    timeout = 1.0 + 1.0
);

#[test]
fn options_are_evaluated_in_written_order_on_each_call_of_the_launcher() {
    let strategies = [
        ("RandomWalk", 12),
        ("MyStrategy", 20),
        ("MyStrategy", -1),
        ("Awkward", 2),
    ];
    assert_eq!(walks(&Evaluating), expected(&strategies));
    assert_eq!(EVALUATED.take(), ["timeout", "window", "vec"]);
    let _ = walks(&Evaluating);
    assert_eq!(EVALUATED.take(), ["timeout", "window", "vec"]);
}

#[test]
fn macros_can_generate_stacks_of_attributes() {
    assert_eq!(
        walks(&ByMacro),
        expected(&[("RandomWalk", -1), ("MyStrategy", 20)])
    );
    assert_eq!(
        <ByMacro as ipv8_core::CommunityLauncher>::META.name,
        "MyStrategy"
    );
}
