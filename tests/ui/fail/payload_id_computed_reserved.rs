use ipv8_core::prelude::*;

const FIRST: u8 = 200;

#[derive(Payload)]
#[payload(id = FIRST + 31)]
struct Hello {
    text: String,
}

fn main() {}
