use ipv8_core::prelude::*;

struct MyCommunity;

impl Community for MyCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn started(&mut self, cx: &mut Context<'_>) {
        cx.network_mut().take_changes();
    }
}

fn main() {}
