use ipv8_core::prelude::*;

#[derive(Options)]
enum Walk {
    Fast,
    Slow,
}

fn main() {}
