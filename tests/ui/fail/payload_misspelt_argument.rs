use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, globaltime)]
struct Hello {
    text: String,
}

fn main() {}
