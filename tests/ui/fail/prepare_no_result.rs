use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[prepare(async |_ipv8, session: &mut Session| { session.enabled = true; })]
struct MyLauncher;

fn main() {}
