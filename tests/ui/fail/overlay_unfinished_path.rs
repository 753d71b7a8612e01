use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
