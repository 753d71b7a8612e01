use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = -2)]
struct MyLauncher;

fn needs_launcher<L: ipv8_core::CommunityLauncher>(_launcher: L) {}

fn use_it() {
    needs_launcher(MyLauncher);
}

fn main() {}
