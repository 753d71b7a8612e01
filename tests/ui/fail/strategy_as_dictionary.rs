use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, kw_args = {"timeout": 3.0})]
struct MyLauncher;

fn main() {}
