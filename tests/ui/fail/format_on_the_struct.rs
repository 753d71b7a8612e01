use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, format = "varlenI")]
struct Hello {
    text: String,
}

fn main() {}
