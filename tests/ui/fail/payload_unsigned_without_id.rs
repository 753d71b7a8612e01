use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(unsigned, global_time)]
struct Hello {
    text: String,
}

fn main() {}
