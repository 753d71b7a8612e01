use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[finalize(async |ipv8, session| Ok(()))]
struct MyLauncher;

fn main() {}
