//! The time of each part, and of a whole node that is driven by hand.
//!
//! ```console
//! $ cargo bench -p ipv8-core --bench parts                           # all of them, some minutes
//! $ cargo bench -p ipv8-core --bench parts -- network                # those whose name has this in it
//! $ cargo bench -p ipv8-core --bench parts -- engine --max-time 0.1  # a tenth of a second each
//! ```
//!
//! Times are of this machine as it is now; for a machine that does other things too see the bench `instructions`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crypto;
mod engine;
mod network;
mod packet;
mod plan;
mod scheduler;
#[path = "../setup/mod.rs"]
mod setup;
mod timers;
mod wire;

fn main() {
    divan::main();
}
