use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

struct Plain;

impl<C: Community> DiscoveryStrategy<C> for Plain {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

#[overlay(my_module::MyCommunity)]
#[walk_strategy(Plain, target_peers = 5)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
