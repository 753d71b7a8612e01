use ipv8_core::prelude::*;

#[derive(Options)]
struct Walk {
    #[options(range = 0..10)]
    pub timeout: f64,
}

fn main() {}
