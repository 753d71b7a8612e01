use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[precondition(|session: Session| session.enabled)]
struct MyLauncher;

fn main() {}
