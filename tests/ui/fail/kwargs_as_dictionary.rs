use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[kwargs(kw_args = {"size": 3, "directory": "here".to_owned()})]
struct MyLauncher;

fn main() {}
