use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    #[payload(format = "protobuf")]
    picture: Vec<u8>,
}

fn main() {}
