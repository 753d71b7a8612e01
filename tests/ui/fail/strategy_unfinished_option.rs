use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, timeout = 3.0 +)]
#[walk_strategy(EdgeWalk)]
struct MyLauncher;

fn main() {}
