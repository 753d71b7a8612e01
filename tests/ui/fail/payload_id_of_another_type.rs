use ipv8_core::prelude::*;

const FIRST: usize = 20;

#[derive(Payload)]
#[payload(id = FIRST)]
struct Hello {
    text: String,
}

fn main() {}
