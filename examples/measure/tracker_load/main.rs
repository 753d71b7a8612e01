//! Measures a tracker: how many requests it answers on one core, and what a flood takes from honest
//! clients.
//!
//! `cargo run --release --example tracker_load` measures the tracker in this process, without
//! sockets, next to the bare cost of the two signatures of an answer.
//!
//! `cargo run --release --example tracker_load -- --flood 127.0.0.1:6421` floods a running tracker
//! with 600 bad signatures on an old curve a second, while 50 honest clients ask, and prints the
//! share of their requests that is answered within a second.

mod flood;
mod inside;
mod packets;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

/// Measures a tracker.
#[derive(Debug, Parser)]
#[command(name = "tracker_load")]
struct Arguments {
    /// Flood the tracker at this address, instead of measuring one in this process
    #[arg(long, value_name = "ADDR")]
    flood: Option<SocketAddr>,
    /// Bad signatures a second
    #[arg(long, value_name = "COUNT", default_value_t = 600)]
    rate: u32,
    /// Seconds to measure
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    seconds: u64,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let time = Duration::from_secs(arguments.seconds);
    match arguments.flood {
        Some(tracker) => flood::flood(tracker, arguments.rate, time),
        None => {
            inside::measure(time);
            Ok(())
        }
    }
}
