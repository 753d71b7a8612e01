use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity, crate = ipv8_core)]
#[walk_strategy(RandomWalk, crate = ::ipv8_core)]
struct MyLauncher;

fn main() {}
