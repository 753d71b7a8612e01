use ipv8_core::prelude::*;

#[derive(Options)]
struct Walk(u8, pub f64);

fn main() {}
