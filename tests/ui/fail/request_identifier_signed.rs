use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(id = 1)]
struct Sum {
    #[payload(identifier)]
    number: i64,
}

fn main() {}
