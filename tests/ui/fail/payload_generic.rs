use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello<T> {
    value: T,
}

fn main() {}
