//! `#[after]` with a path names a launcher, which the compiler checks.
#[path = "../my_module.rs"]
mod my_module;

use ipv8_core::prelude::*;

#[overlay(my_module::MyCommunity)]
#[after(my_module::MyCommunity)]
struct AfterACommunity;

#[overlay(my_module::MyCommunity)]
#[after(Missing, 5)]
struct AfterNothing;

#[overlay(my_module::MyCommunity)]
#[after(AfterItself)]
struct AfterItself;

fn main() {}
