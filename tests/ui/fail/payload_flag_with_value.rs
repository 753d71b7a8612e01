use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, unsigned = true)]
struct Hello {
    text: String,
}

fn main() {}
