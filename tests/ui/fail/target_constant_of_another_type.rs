use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

const TARGET: usize = 20;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = TARGET)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
