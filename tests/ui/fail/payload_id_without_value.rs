use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id)]
struct Hello {
    text: String,
}

fn main() {}
