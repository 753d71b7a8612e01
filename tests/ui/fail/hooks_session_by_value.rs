use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[prepare(async |_ipv8, session: Session| { Ok(()) })]
#[finalize(|_ipv8, session: Session, _overlay| { Ok(()) })]
struct MyLauncher;

fn main() {}
