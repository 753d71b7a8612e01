//! The time of each part, and of a whole node that the bench drives.
//!
//! ```console
//! $ cargo bench -p ipv8-core --bench parts                           # all of them, some minutes
//! $ cargo bench -p ipv8-core --bench parts -- network                # those with this in their name
//! $ cargo bench -p ipv8-core --bench parts -- engine --max-time 0.1  # a tenth of a second each
//! ```
//!
//! Times depend on this machine and its load. On a busy machine, use the bench `instructions`.
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
