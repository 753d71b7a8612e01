use ipv8_core::prelude::*;

struct State;

#[derive(Options)]
struct Walk {
    pub timeout: f64,
    pub state: State,
}

fn main() {}
