use ipv8_core::prelude::*;
use std::net::SocketAddr;

struct Chat;

#[derive(Payload)]
#[payload(id = 2)]
struct Hello;

#[derive(Payload)]
struct Part;

#[derive(Payload)]
#[payload(id = 3, unsigned, response = Sum)]
struct Ask {
    #[payload(identifier)]
    id: u16,
}

#[derive(Payload)]
#[payload(id = 4, unsigned)]
struct Sum {
    #[payload(identifier)]
    id: u16,
}

impl Community for Chat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: Part => Self::on_part);
        handlers!(table: Part => |_, _, _, _| {});
        handlers!(table: request Ask => Self::on_ask);
        handlers!(table: response Part);
        handlers!(table: unsigned Hello => Self::on_hello_from);
        handlers!(table: Hello => Self::on_hello_alone);
        handlers!(table: Hello => self.on_hello_alone);
    }
}

impl Chat {
    fn on_part(&mut self, _peer: &Peer, _part: Part, _cx: &mut Context<'_>) {}

    fn on_hello_from(&mut self, _from: SocketAddr, _hello: Hello, _cx: &mut Context<'_>) {}

    fn on_hello_alone(&mut self, _peer: &Peer, _hello: Hello) {}

    fn on_ask(&mut self, _peer: &Peer, ask: Ask, _cx: &mut Context<'_>) -> Sum {
        Sum { id: ask.id }
    }
}

fn main() {}
