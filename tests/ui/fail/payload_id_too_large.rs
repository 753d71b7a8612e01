use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 256)]
struct Hello {
    text: String,
}

fn main() {}
