//! Measures how evenly strategies take turns on this machine, at the receiver of their datagrams.
//!
//! ```console
//! $ cargo run --release --example spacing -- --strategies 10 --interval 0.5 --turns 200 --busy
//! ```
//!
//! The strategies of one node on loopback send a signed datagram in each step, and a socket records
//! the arrivals. Afterwards, some steps are slow on purpose, to show their effect on other turns.
//! With `--busy`, one thread per core keeps the core busy meanwhile. Exit codes: 0 measured, 1 the
//! node failed, 2 wrong arguments.

mod figures;
mod measure;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Parser;
use ipv8_core::internals::engine::interval_of;

/// Measures how evenly the strategies of one node take turns.
#[derive(Debug, Parser)]
#[command(name = "spacing")]
struct Arguments {
    /// Number of strategies, 1 to 10000
    #[arg(long, default_value_t = 10)]
    strategies: u32,
    /// Walk interval in seconds: the time in which each strategy gets one turn
    #[arg(long, default_value_t = 0.5)]
    interval: f64,
    /// Number of turns to measure before some steps are slow on purpose, 2 to 1000000
    #[arg(long, default_value_t = 200)]
    turns: usize,
    /// Keep all cores busy while measuring
    #[arg(long)]
    busy: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=10_000).contains(&self.strategies) {
            let given = self.strategies;
            problems.push(format!("--strategies {given}: expected 1 to 10000"));
        }
        if let Err(error) = interval_of(self.interval) {
            problems.push(format!("--interval: {error}"));
        }
        if !(2..=1_000_000).contains(&self.turns) {
            problems.push(format!("--turns {}: expected 2 to 1000000", self.turns));
        }
        problems
    }
}

/// Threads that keep cores busy until this is dropped.
struct Burners {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Burners {
    fn start(count: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let burn = |_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        let threads = (0..count).map(burn).collect();
        Self { stop, threads }
    }
}

impl Drop for Burners {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // The thread cannot panic: it only reads the flag.
            let _ = thread.join();
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    ipv8_examples::logging::start();
    let arguments: Arguments = match ipv8_examples::arguments::read(Arguments::problems) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let turns = arguments.turns;
    let seconds = turns as f64 * arguments.interval / arguments.strategies as f64;
    eprintln!(
        "measuring {turns} turns ({seconds:.0} s), then some with slow steps, about which the log warns"
    );
    let burners = Burners::start(if arguments.busy { cores } else { 0 });
    let measured =
        measure::measure(arguments.strategies, arguments.interval, arguments.turns).await;
    drop(burners);
    match measured {
        Ok(measured) => {
            let figures = figures::Figures::of(&measured, arguments.busy);
            if arguments.json {
                println!("{}", figures.json());
            } else {
                print!("{}", figures.table());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
