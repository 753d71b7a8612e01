use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(1)]
struct Hello {
    text: String,
}

fn main() {}
