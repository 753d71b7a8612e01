use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[walk_strategy(RandomWalk)]
#[overlay("my_module", "MyCommunity<u8>")]
struct MyLauncher;

fn main() {}
