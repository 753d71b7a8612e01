use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(target_peers = 20, RandomWalk)]
struct MyLauncher;

fn main() {}
