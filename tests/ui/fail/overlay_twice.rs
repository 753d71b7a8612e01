use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk)]
#[overlay("my_module.sub", "MyCommunity")]
struct MyLauncher;

fn main() {}
