use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(String, target_peers = 5)]
#[walk_strategy(EdgeWalk)]
struct MyLauncher;

fn main() {}
