use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(Configured)]
#[precondition(session.enabled)]
#[kwargs(size, directory = "a".into(), directory = "b".into())]
#[prepare(|session| Ok(()))]
#[bootstrapper(DispersyBootstrapper, session = "Session")]
#[set_in_session("mine")]
#[my_peer("key", kind = 3)]
#[finalize(begin, sesion = Session)]
struct MyLauncher;

fn main() {}
