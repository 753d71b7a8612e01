//! Compares this library with py-ipv8 3.2.1: both do the same work on this machine, in turn.
//!
//! `cargo run --release --example compare` (`-- --help` for the options, `-- --list` for the rows)
//!
//! Figures are measured in pairs: py-ipv8, then this library, then py-ipv8 again. Each runs in a
//! separate process that has one core to itself; the requester runs on another core. A ratio
//! belongs to one pair. The table shows the median ratio, the least and the greatest.
//!
//! Some rows also measure a *bare responder* in the same turn. It parses, verifies, signs and sends
//! with the cryptography of this library, moves many datagrams in one system call where the system
//! can, and keeps no records. No responder on the same cores can be much faster.
//!
//! To measure the cost of a launcher in a build, the program builds small programs below cargo's
//! target directory. They depend on the `ipv8-core` of this checkout.
//!
//! Everything stays on loopback. py-ipv8 is installed into an environment below cargo's target
//! directory, which the tests use, too. Without Python or a package index the program reports that
//! and leaves out the figures of py-ipv8.

mod arguments;
mod child;
mod children;
mod pin;
mod python;
mod rows;

use std::io::Write;
use std::process::ExitCode;

use arguments::Arguments;
pub(crate) use ipv8_examples::measure::compare::Result;
use ipv8_examples::measure::compare::figures::Report;
use ipv8_examples::measure::compare::{picture, table};
use ipv8_examples::measure::machine::Machine;
use ipv8_examples::measure::markers;
use ipv8_examples::output::complain;
use python::Python;
use rows::Bench;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let outcome = if words.next().as_deref() == Some(child::WORD) {
        children::run(words)
    } else {
        match ipv8_examples::arguments::read(Arguments::problems) {
            Ok(arguments) => run(&arguments),
            Err(code) => return code,
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if arguments.list {
        for row in rows::ids() {
            println!("{row}");
        }
        return Ok(());
    }
    ipv8_examples::logging::start();
    let bench = Bench::new(arguments);
    let machine = Machine::here(
        bench.python.as_ref().and_then(Python::version),
        bench.cores_there,
        bench.cores.map(|cores| (cores.measured, cores.load)),
    );
    let rows = rows::measure(&bench)?;
    let report = Report {
        machine,
        pairs: bench.pairs,
        quick: arguments.quick,
        processor_time: arguments.processor_time,
        rows,
    };
    write(arguments, &report)
}

/// Writes the report to each requested output. Text goes to the standard output, unless JSON does.
fn write(arguments: &Arguments, report: &Report) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match arguments.json.as_deref() {
        Some("-") => writeln!(stdout, "{}", report.json()?)?,
        Some(path) => std::fs::write(path, report.json()? + "\n")
            .map_err(|error| format!("cannot write {path}: {error}"))?,
        None => {}
    }
    if arguments.json.as_deref() != Some("-") {
        write!(stdout, "{}", table::text(report))?;
    }
    if let Some(path) = &arguments.svg {
        std::fs::write(path, picture::svg(report))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    if let Some(path) = &arguments.into {
        markers::write_into(path, "compare", &table::markdown(report))?;
    }
    Ok(())
}
