//! Attributes that describe an overlay need one.
use ipv8_core::prelude::*;

#[derive(Default)]
struct Session {
    handle: Option<()>,
}

#[launcher(session = Session)]
#[walk_strategy(RandomWalk, target_peers = 20)]
#[set_in_session(handle)]
#[kwargs(size = 3)]
struct Walking;

#[launcher]
#[finalize(async |_ipv8, _session: &mut Session, _overlay| Ok(()))]
struct Finalizing;

fn main() {}
