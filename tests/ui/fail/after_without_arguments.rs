use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[after]
#[after()]
struct MyLauncher;

fn main() {}
