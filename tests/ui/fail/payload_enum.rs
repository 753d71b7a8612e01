use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
enum Hello {
    Text(String),
}

fn main() {}
