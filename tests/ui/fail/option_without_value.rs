use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, timeout)]
#[walk_strategy(EdgeWalk, edge_length =)]
struct MyLauncher;

fn main() {}
