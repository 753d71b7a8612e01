use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, crate = "ipv8_core")]
struct Hello {
    text: String,
}

fn main() {}
