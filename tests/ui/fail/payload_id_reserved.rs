use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 231)]
struct Hello {
    text: String,
}

fn main() {}
