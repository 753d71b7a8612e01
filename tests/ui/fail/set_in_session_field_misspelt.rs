use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[set_in_session(confgured, session = Session)]
#[name("A")]
struct MyLauncher;

fn main() {}
