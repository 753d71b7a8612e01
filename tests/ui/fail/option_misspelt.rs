use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(EdgeWalk)]
#[walk_strategy(RandomWalk, timeuot = 5.0)]
#[name("A")]
struct MyLauncher;

fn main() {}
