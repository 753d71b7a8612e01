use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[walk_strategy(RandomWalk)]
#[overlay(5)]
struct MyLauncher;

fn main() {}
