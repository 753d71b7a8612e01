use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[after("A", "B")]
#[overlay(my_module::MyCommunity)]
#[name("B")]
struct MyLauncher;

fn main() {}
