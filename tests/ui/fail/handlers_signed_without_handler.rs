use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello;

struct Chat;

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Hello);
    }
}

fn main() {}
