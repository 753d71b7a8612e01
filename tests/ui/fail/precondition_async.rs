use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[precondition(async |session: &Session| session.enabled)]
#[precondition(|session| async { session.enabled })]
#[my_peer(async |session: &Session| None)]
struct MyLauncher;

fn main() {}
