use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    text: String,
    names: Vec<String>,
}

fn main() {}
