use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, id = 2)]
#[payload(unsigned, unsigned)]
struct Hello;

fn main() {}
