use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, -1)]
#[walk_strategy(EdgeWalk, 20)]
#[walk_strategy(EdgeWalk, {"timeout": 3.0})]
struct MyLauncher;

fn main() {}
