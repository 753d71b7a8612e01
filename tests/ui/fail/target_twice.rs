use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = 20, target_peers = 30)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
