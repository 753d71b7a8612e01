use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[name("A", create = ipv8_core, short = "a")]
struct MyLauncher;

fn main() {}
