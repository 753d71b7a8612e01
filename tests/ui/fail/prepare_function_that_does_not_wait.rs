use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

fn open(_ipv8: &Ipv8, _session: &mut Session) -> Result<(), LaunchError> {
    Ok(())
}

#[overlay(Configured)]
#[prepare(open, session = Session)]
struct MyLauncher;

fn main() {}
