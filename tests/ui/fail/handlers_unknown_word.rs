//! Words that are not a kind of handler, and a handler of another kind of message.

use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello;

#[derive(Payload)]
#[payload(id = 2, unsigned)]
struct Ping;

struct Chat;

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: signd Hello => Self::on_hello);
        handlers!(table: Ping => Self::on_ping);
        handlers!(table: Hello, Self::on_hello);
    }
}

impl Chat {
    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}

    fn on_ping(&mut self, _peer: &Peer, _ping: Ping, _cx: &mut Context<'_>) {}
}

fn main() {}
