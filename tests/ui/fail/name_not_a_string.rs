use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[name(MyName)]
#[name(5)]
struct MyLauncher;

fn main() {}
