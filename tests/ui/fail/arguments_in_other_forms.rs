use ipv8_core::prelude::*;

#[path = "../my_session.rs"]
mod my_session;
use my_session::*;

#[overlay(community = Configured)]
#[name = "Chat"]
struct Keys;

#[overlay(Configured)]
#[set_in_session(configured = Configured, session = Session)]
#[walk_strategy(strategy = RandomWalk)]
struct MoreKeys;

#[overlay(Configured)]
#[name(Chat Launcher)]
#[kwargs(size = 3; directory = "a".into(),)]
struct Words;

#[overlay(Configured)]
#[bootstrapper("127.0.0.1:6421")]
#[bootstrapper("tracker.example.org:6421")]
struct Addresses;

#[overlay(Configured)]
#[precondition(!session.enabled)]
#[finalize(async fn(ipv8, session: &mut Session, overlay) { Ok(()) })]
struct Code;

fn main() {}
