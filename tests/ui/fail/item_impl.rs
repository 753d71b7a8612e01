use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

struct MyLauncher;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk)]
impl MyLauncher {}

fn main() {}
