//! A request handler that returns no response, and a request that declares no response.

use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, response = Sum)]
struct Add {
    #[payload(identifier)]
    number: u16,
}

#[derive(Payload)]
#[payload(id = 2)]
struct Sum {
    #[payload(identifier)]
    number: u16,
}

#[derive(Payload)]
#[payload(id = 3)]
struct Hello;

struct Chat;

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: request Add => Self::on_add, request Hello => Self::on_hello);
    }
}

impl Chat {
    fn on_add(&mut self, _peer: &Peer, _add: Add, _cx: &mut Context<'_>) {}

    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}
}

fn main() {}
