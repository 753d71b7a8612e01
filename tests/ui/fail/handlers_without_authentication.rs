//! A handler without `signed` or `unsigned` in front of it.

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
        handlers!(table: Hello => Self::on_hello);
    }
}

impl Chat {
    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}
}

fn main() {}
