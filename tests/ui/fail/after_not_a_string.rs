use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[after(OtherLauncher, 5, b"bytes")]
struct MyLauncher;

fn main() {}
