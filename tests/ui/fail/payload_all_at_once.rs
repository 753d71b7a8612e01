use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 240, unsinged, global_time = true)]
struct Hello {
    #[payload(format = "varlenX")]
    picture: Vec<u8>,
    #[payload(id = 2, format = "raw")]
    rest: Vec<u8>,
    text: String,
}

fn main() {}
