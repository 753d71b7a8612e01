use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, compress)]
struct Hello {
    text: String,
}

fn main() {}
