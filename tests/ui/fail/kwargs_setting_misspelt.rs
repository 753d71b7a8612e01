use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[kwargs(sise = 3)]
#[name("A")]
struct MyLauncher;

fn main() {}
