use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[precondition(|session: &mut Session| session.enabled)]
#[my_peer(|session: &mut Session| None)]
struct MyLauncher;

fn main() {}
