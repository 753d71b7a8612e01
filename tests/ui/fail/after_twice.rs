use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[after("A", "B")]
#[after("C", "A")]
struct MyLauncher;

fn main() {}
