use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[after("MyLauncher", "", "B", "B")]
#[walk_strategy(RandomWalk, target_peers = -2, timeout = 3.0, timeout = 4.0)]
#[derive(Debug)]
#[overlay("my module", "my.Community", target_peers = 3)]
/// A documented launcher.
#[walk_strategy("MyStrategy", interval: 3.0)]
#[name]
#[overlay(my_module::MyCommunity)]
#[walk_strategy(target_peers = "20")]
struct MyLauncher;

fn main() {}
