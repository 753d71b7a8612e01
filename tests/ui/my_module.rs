//! The communities and strategies that the launchers of the cases use.
#![allow(dead_code, unused_imports)]

use ipv8_core::prelude::*;

pub struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}

#[derive(Default)]
pub struct MyStrategy {
    pub interval: f64,
    pub neighbours: usize,
    steps: u64,
}

impl<C: Community> DiscoveryStrategy<C> for MyStrategy {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        self.steps += 1;
    }
}

pub mod sub {
    pub use super::{MyCommunity, MyStrategy};
}
