use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[deprecated]
fn old() -> u32 {
    3
}

#[overlay(Configured)]
#[kwargs(size = old())]
#[deny(deprecated)]
struct Denying;

fn main() {}
