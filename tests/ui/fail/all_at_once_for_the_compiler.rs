use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, timeuot = 3.0)]
#[walk_strategy(EdgeWalk, edge_length = "4")]
#[walk_strategy(String)]
#[walk_strategy(my_module::MyStrategy, steps = 3)]
struct MyLauncher;

fn main() {}
