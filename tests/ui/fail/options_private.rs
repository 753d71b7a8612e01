use ipv8_core::prelude::*;

#[derive(Options)]
struct Walk {
    #[options(range = 0..)]
    asked: u64,
    #[options(skip)]
    pub(crate) answered: u64,
}

fn main() {}
