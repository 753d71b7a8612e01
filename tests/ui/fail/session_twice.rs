use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[precondition(|session| session.enabled, session = Session)]
#[kwargs(size = 3, session = Settings)]
struct MyLauncher;

fn main() {}
