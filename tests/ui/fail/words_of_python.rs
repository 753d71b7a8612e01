//! Words of Python in conditions and values.

#[path = "../my_module.rs"]
mod my_module;
#[path = "../my_session.rs"]
mod my_session;
use ipv8_core::prelude::*;
use my_module::MyCommunity;
use my_session::{Configured, Session};

#[overlay(Configured)]
#[precondition(|session: &Session| not session.enabled)]
struct Not;

#[overlay(Configured)]
#[precondition(|session: &Session| session.enabled and true)]
struct And;

#[overlay(Configured, session = Session)]
#[precondition(lambda session: session.enabled)]
struct Lambda;

#[overlay(Configured, session = Session)]
#[kwargs(size = 2 if session.enabled else 3)]
struct If;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk, target_peers = None)]
struct NoTarget;

#[overlay(Configured, session = Session)]
#[precondition(session: &Session => session.enabled)]
struct Arrow;

fn main() {}
