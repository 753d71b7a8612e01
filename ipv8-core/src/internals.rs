//! The parts that the tests and benchmarks of this repository reach into. Nothing here is stable.
//!
//! The feature `internals` turns it on. No program should: everything here can change in any
//! release. Each module mirrors the private module of the same name.

macro_rules! mirror {
    ($($name:ident = $($path:ident)::+;)+) => {
        $(#[allow(missing_docs)] pub mod $name { pub use crate::$($path)::+::*; })+
    };
}

mirror! {
    names = support::names;
    nearest = support::nearest;
    options = support::options;
    address = wire::address;
    packet = wire::packet;
    payload = wire::payload;
    network = state::network;
    outbox = state::outbox;
    peer = state::peer;
    request_cache = state::request_cache;
    stats = state::stats;
    tasks = state::tasks;
    timers = state::timers;
    bootstrap = overlay::bootstrap;
    community = overlay::community;
    context = overlay::context;
    introduction = overlay::introduction;
    strategy = overlay::strategy;
    overlays = engine::overlays;
    pacing = engine::turns::pacing;
    scheduler = engine::turns::scheduler;
    endpoint = node::endpoint;
    plan = launch::plan;
}

/// The engine of one node, without sockets or clock.
pub mod engine {
    pub use crate::engine::admission::{Opened, Signature, Ticket};
    pub use crate::engine::control::{LONGEST_INTERVAL, interval_of};
    pub use crate::engine::futures::FutureSet;
    pub use crate::engine::health::{LAG_MEMORY, LEAST_LAG, MOST_SLOWDOWN};
    pub use crate::engine::state_machine::*;
    pub use crate::engine::*;
    pub use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};
}
