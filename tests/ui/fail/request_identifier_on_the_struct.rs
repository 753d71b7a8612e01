use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, identifier = number)]
struct Sum {
    #[payload(response = Sum)]
    number: u16,
}

fn main() {}
