use ipv8_core::prelude::*;

#[derive(Options)]
#[options(create = ipv8_core, range = 0..)]
struct Walk {
    #[options(rang = 0.0.., default = 1.0, crate = ipv8_core)]
    pub timeout: f64,
}

fn main() {}
