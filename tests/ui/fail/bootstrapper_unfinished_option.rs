use ipv8_core::prelude::*;

#[path = "../my_module.rs"]
mod my_module;

#[overlay(my_module::MyCommunity)]
#[bootstrapper(DispersyBootstrapper, bootstrap_timeout = -)]
#[name("Mine")]
struct MyLauncher;

fn main() {}
