use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[set_in_session(session.configured, session = Session)]
struct MyLauncher;

fn main() {}
