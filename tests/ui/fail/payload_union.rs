use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
union Hello {
    number: u8,
}

fn main() {}
