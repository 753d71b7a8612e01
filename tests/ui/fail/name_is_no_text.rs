//! `#[name]` takes a string, a constant that is one, or `concat!`.
#[path = "../my_module.rs"]
mod my_module;

use ipv8_core::prelude::*;

const NUMBER: u8 = 5;

#[overlay(my_module::MyCommunity)]
#[name(NUMBER)]
struct Numbered;

#[overlay(my_module::MyCommunity)]
#[name("a" + "b")]
struct Added;

fn main() {}
