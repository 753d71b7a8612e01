use ipv8_core::prelude::*;

struct Chat;

#[derive(Payload)]
#[payload(id = 2)]
struct Hello;

#[derive(Payload)]
#[payload(id = 1)]
struct Goodbye;

impl Chat {
    fn on_hello(&mut self, _peer: &Peer, _hello: Hello, _cx: &mut Context<'_>) {}

    fn on_goodbye(&mut self, _peer: &Peer, _goodbye: Goodbye, _cx: &mut Context<'_>) {}
}

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: unsigned Hello => Self::on_hello, signed Goodbye => Self::on_goodbye);
    }
}

fn main() {}
