use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

fn is_enabled(session: &Session) -> bool {
    session.enabled
}

#[overlay(Configured)]
#[precondition(is_enabld, session = Session)]
struct MyLauncher;

fn main() {}
