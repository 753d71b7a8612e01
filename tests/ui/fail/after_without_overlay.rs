use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[after("A")]
struct MyLauncher;

fn main() {}
