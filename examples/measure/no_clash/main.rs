//! Measures the datagrams that a slow receiver loses of bursts, fired together and in turns.
//!
//! `cargo run --release --example no_clash` (`-- --help` for the options)
//!
//! Many communities send from one socket to a receiver that works 60 µs on each datagram. Each of
//! `S` communities sends `B` datagrams in each walk interval of half a second:
//!
//! - *Together*: all at once, then silence, like py-ipv8's strategies. Here one step of one
//!   community sends them, with pacing off, instead of `S` strategies at the same moment.
//! - *Spread*: each community in its strategy's turn. Pacing spreads all but the first few
//!   datagrams over the first part of the slot ([`ipv8_core::internals::pacing`]).
//!
//! The result is the share of datagrams that are lost because the receiver's buffer is full. The
//! buffer has the default size of the system (212,992 bytes on Linux).
//!
//! Every cell is measured twice: in a model in virtual time, with the same figures in every run,
//! and on real loopback sockets, with a real node as the sender. All cells keep the receiver less
//! than 60 % busy, because no order of sending helps a receiver without time.

mod burst;
mod cells;
mod model;
mod picture;
mod real;
mod receiver;
mod table;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ipv8_examples::measure::machine::Machine;
use ipv8_examples::output::complain;

use cells::{Figures, Row, Size};

/// An error is printed and ends the program.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the datagrams that a slow receiver loses of bursts, fired together and in turns.
#[derive(Debug, Parser)]
#[command(name = "no_clash")]
struct Arguments {
    /// Short runs of two cells on real sockets, in less than 20 seconds: to check that it works
    #[arg(long)]
    quick: bool,
    /// Run only the model: no sockets, the same figures in every run
    #[arg(long, conflicts_with = "quick")]
    model: bool,
    /// Number of intervals that each cell sends on real sockets [default: 6, with --quick 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    intervals: Option<u32>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Draw the losses, and the datagrams of one interval, as an SVG into FILE
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match ipv8_examples::arguments::read(|_: &Arguments| Vec::new()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    ipv8_examples::logging::start();
    let figures = measure(arguments)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        print!("{}", table::text(&figures));
    }
    if let Some(file) = &arguments.svg {
        let named = |error| format!("{}: {error}", file.display());
        std::fs::write(file, picture::svg(&figures)?).map_err(named)?;
    }
    Ok(())
}

fn measure(arguments: &Arguments) -> Result<Figures> {
    let machine = Machine::this().to_string();
    let runtime = tokio::runtime::Runtime::new()?;
    let intervals = arguments
        .intervals
        .unwrap_or(if arguments.quick { 3 } else { 6 });
    let mut rows = Vec::new();
    for size in Size::ALL {
        for cell in cells::measured() {
            let uses_sockets = !arguments.model && (!arguments.quick || cell.is_quick());
            let real = match uses_sockets {
                true => Some(runtime.block_on(real::both(cell, size, intervals))?),
                false => None,
            };
            rows.push(Row {
                cell,
                datagram_bytes: size.bytes(),
                model: model::both(cell, size)?,
                real,
            });
        }
    }
    let buffers = match arguments.model {
        true => Vec::new(),
        false => receiver::buffers()?,
    };
    Ok(Figures::new(machine, rows, buffers))
}
