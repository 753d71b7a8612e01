//! Types that are written as values, and a path with dots.

#[path = "../my_module.rs"]
mod my_module;
#[path = "../my_session.rs"]
mod my_session;
use ipv8_core::prelude::*;
use my_module::MyCommunity;
use my_session::{Configured, Session};

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk(timeout = 3.0))]
struct Called;

#[overlay(MyCommunity)]
#[walk_strategy(RandomWalk { timeout: 3.0 })]
struct Literal;

#[overlay(MyCommunity)]
#[bootstrapper(DispersyBootstrapper::default())]
struct Default;

#[overlay(my_module.sub.MyCommunity)]
struct Dotted;

#[overlay(Configured, session = Session)]
#[name(Named)]
struct Named;

fn main() {}
