use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1, response = Sum)]
struct Add {
    #[payload(identifier)]
    number: u16,
}

#[derive(Payload)]
#[payload(id = 2)]
struct Sum {
    #[payload(identifier)]
    number: u32,
}

fn main() {}
