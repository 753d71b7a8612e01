use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;
use my_module::MyStrategy;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(MyStrategy, steps = 3)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
