use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello<'a> {
    value: &'a str,
}

fn main() {}
