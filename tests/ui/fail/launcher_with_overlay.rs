//! `#[launcher]` is for a launcher without an overlay.
#[path = "../my_module.rs"]
mod my_module;

use ipv8_core::prelude::*;

#[launcher]
#[overlay(my_module::MyCommunity)]
struct Both;

fn main() {}
