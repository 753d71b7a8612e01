use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

struct Other;

impl Community for Other {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([2; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[derive(Default)]
struct Special;

impl DiscoveryStrategy<Other> for Special {
    fn take_step(&mut self, _community: &mut Other, _cx: &mut Context<'_>) {}
}

#[overlay(my_module::MyCommunity)]
#[walk_strategy(Special, target_peers = 5)]
#[walk_strategy(RandomWalk)]
struct MyLauncher;

fn main() {}
