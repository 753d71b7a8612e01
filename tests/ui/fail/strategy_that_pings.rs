use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk)]
#[walk_strategy(RandomChurn, target_peers = -1)]
struct MyLauncher;

fn main() {}
