use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Sum {
    #[payload(identifier)]
    number: u16,
    #[payload(identifier, identifier, format = "H")]
    other: u16,
}

fn main() {}
