use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    #[payload(format = "u16")]
    picture: u16,
}

fn main() {}
