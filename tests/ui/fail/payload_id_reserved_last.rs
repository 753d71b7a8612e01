use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(unsigned, id = 0xFF)]
struct Hello {
    text: String,
}

fn main() {}
