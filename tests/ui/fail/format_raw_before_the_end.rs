use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Hello {
    #[payload(format = "raw")]
    picture: Vec<u8>,
    text: String,
}

fn main() {}
