use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, crate = ipv9_core)]
#[name("A")]
struct MyLauncher;

fn main() {}
