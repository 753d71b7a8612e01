//! Many communities send bursts from one socket to somebody who needs 60 us for each datagram: fired together, and through the
//! scheduler.
//!
//! `cargo run --release --example no_clash` (`-- --help` for what can be changed)
//!
//! Each of `S` communities sends `B` datagrams in each walk interval of half a second. *Together*: all of them at once, then silence,
//! as py-ipv8's strategies do; here they come from one step of one community, with pacing off, instead of from `S` strategies that fire
//! at the same moment. *Spread*: each when it is its strategy's turn, and what is more than a few over the first part of its
//! slot ([`ipv8_core::internals::pacing`]). Shown is what share is lost because the receiver's buffer is full, which is as large as a system
//! makes it unless asked for more (212,992 bytes on Linux).
//!
//! Every cell is measured twice: in a model in virtual time, which gives the same figures each time, and on real sockets on
//! loopback, with a real node as the sender. Only cells are measured that leave the receiver less than 60 % busy: no order of sending
//! helps somebody who has no time.

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

/// What goes wrong here is told and ends the program: there is nobody to handle it.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Shows what a receiver loses of bursts that are fired together, and of those that take turns.
#[derive(Debug, Parser)]
#[command(name = "no_clash")]
struct Arguments {
    /// Short runs of two cells on real sockets: to see that it works, in less than 20 seconds
    #[arg(long)]
    quick: bool,
    /// Only the model: no sockets, the same figures each time
    #[arg(long, conflicts_with = "quick")]
    model: bool,
    /// For how many intervals each cell sends on real sockets [default: 6, with --quick 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    intervals: Option<u32>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Draw the losses, and the datagrams over one interval, into FILE
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
            let wanted = !arguments.model && (!arguments.quick || cell.is_quick());
            let real = match wanted {
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
