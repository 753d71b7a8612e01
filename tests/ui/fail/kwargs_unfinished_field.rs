use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[kwargs(session = Session, size = session.)]
#[set_in_session(configured)]
struct MyLauncher;

fn main() {}
