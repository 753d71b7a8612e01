use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 99999999999999999999999999999999999999999999)]
struct Hello {
    text: String,
}

fn main() {}
