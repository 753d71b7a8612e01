//! Keys that are quoted, dotted or missing, and a semicolon.

#[path = "../my_module.rs"]
mod my_module;
#[path = "../my_session.rs"]
mod my_session;
use ipv8_core::prelude::*;
use my_module::MyCommunity;
use my_session::{Configured, Session};

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, "target_peers" = 20)]
struct Quoted;

#[overlay(Configured, session = Session)]
#[kwargs(settings.size = 3)]
struct Dotted;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, timeout = 3.0;)]
struct Semicolon;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, TARGET)]
struct Nameless;

const TARGET: i32 = 3;

#[overlay(MyCommunity, my_module)]
struct TwoArguments;

fn main() {}
