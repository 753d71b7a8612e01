use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[derive(Default)]
struct NoStrategy {
    speed: u8,
}

#[walk_strategy(RandomWalk)]
#[overlay(my_module::MyCommunity)]
#[walk_strategy(NoStrategy, target_peers = 5, speed = 2)]
#[name("A")]
struct MyLauncher;

fn main() {}
