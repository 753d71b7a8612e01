use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(response = Sum)]
struct Add {
    #[payload(identifier)]
    number: u16,
}

#[derive(Payload)]
#[payload(id = 2)]
struct Sum {
    #[payload(identifier)]
    number: u16,
}

fn main() {}
