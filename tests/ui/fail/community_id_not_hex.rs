use ipv8_core::prelude::*;

struct Chat;


impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_hex("d37c847ef36d7c5d7d3a40a2f3d6a2e3d8a1c5bx");
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

}

#[overlay(Chat)]
struct MyLauncher;

fn main() {}
