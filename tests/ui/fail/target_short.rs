use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, target = 20)]
#[walk_strategy(EdgeWalk, peers = 20)]
#[walk_strategy(EdgeWalk, max_peers = -1)]
struct MyLauncher;

fn main() {}
