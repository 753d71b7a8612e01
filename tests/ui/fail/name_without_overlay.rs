use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[name("A")]
#[walk_strategy(EdgeWalk)]
struct MyLauncher;

fn main() {}
