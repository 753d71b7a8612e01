use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[prepare(async |session: &mut Session| Ok(()))]
struct MyLauncher;

fn main() {}
