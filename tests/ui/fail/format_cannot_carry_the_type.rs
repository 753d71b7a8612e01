use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    #[payload(format = "varlenI")]
    picture: String,
}

fn main() {}
