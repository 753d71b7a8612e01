use ipv8_core::prelude::*;

struct Chat;

#[derive(Payload)]
#[payload(id = 2, unsigned)]
struct Hello;

impl Chat {
    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}
}

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signed Hello => Self::on_hello);
    }
}

fn main() {}
