use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

trait Enabled {
    fn enabled(session: &Session) -> u8;
}

impl Enabled for Session {
    fn enabled(session: &Session) -> u8 {
        u8::from(session.enabled)
    }
}

#[overlay(Configured)]
#[precondition(<Session as Enabled>::enabled, session = Session)]
struct MyLauncher;

fn main() {}
