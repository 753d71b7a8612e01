use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[bootstrapper(DispersyBootstrapper, dns_addresses = vec![(session.directory.clone(), 1)])]
struct MyLauncher;

fn main() {}
