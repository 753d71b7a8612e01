use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, #[cfg(test)] timeout = 3.0)]
#[walk_strategy(#[cfg(test)] EdgeWalk)]
struct MyLauncher;

fn main() {}
