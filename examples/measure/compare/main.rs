//! This library and py-ipv8 3.2.1 do the same work on this machine, in turn, and what each needed is put side by side.
//!
//! `cargo run --release --example compare` (`-- --help` for what can be changed, `-- --list` for the rows)
//!
//! Every figure is taken in pairs: py-ipv8, then this library, then py-ipv8 again, each as a process of its own that has one core
//! to itself, with whatever asks it on another one. A ratio is that of one pair; shown are the median of the pairs, the least and the
//! greatest. Where it makes sense, a *bare responder* is measured in the same turn: it parses, verifies, signs and sends with this
//! library's own cryptography, many datagrams in one system call where there are such calls, and keeps no books; nothing that answers
//! by itself can be faster on the same cores by much.
//!
//! What a launcher adds to a release build is measured by building two small programs, which are made below cargo's target directory
//! and depend on the `ipv8-core` beside this example.
//!
//! Everything stays on loopback. py-ipv8 is installed into an environment below cargo's target directory, the one that the
//! tests use; without Python or a package index the figures of py-ipv8 are missing, and that is said.

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

/// Hands the report to whoever asked for it: text on the standard output unless JSON goes there.
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
