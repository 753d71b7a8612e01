use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload]
#[payload = "1"]
struct Hello;

fn main() {}
