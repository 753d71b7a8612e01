//! The node's own task: the only one that touches the engine and the socket.
//!
//! `run` is its loop. It waits for a turn, a request of a handle or a datagram, passes it to the
//! engine, and sends the engine's output. The rest runs alongside that loop, so that nothing slow
//! holds it up: the futures of overlays (`futures`), name lookups (`resolver`), reading the
//! machine's addresses (`lan_watch`), writing the snapshot (`snapshot_keeper`), and a thread that
//! notices a hanging step (`watchdog`). `reports` limits the log lines. Start with `run`.

mod beacons;
mod futures;
mod lan_watch;
mod overload_log;
mod reports;
mod resolver;
mod run;
mod snapshot_keeper;
mod task;
mod watchdog;

pub(super) use task::{Command, Driver};
