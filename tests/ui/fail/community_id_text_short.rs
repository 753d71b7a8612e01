use ipv8_core::prelude::*;

struct Chat;


impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"my community");
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

}

fn main() {}
