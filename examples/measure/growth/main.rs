//! Measures how costs grow with peers, known addresses, overlays on one socket, and strategies.
//!
//! `cargo run --release --example growth` (`-- --quick` for fewer sizes, `--json`, `--svg FILE`,
//! `--into ipv8-core/src/guide/performance.md`, `--only peers,addresses`). It needs Linux.
//!
//! This program starts itself again for each size, so that each size has a process and its memory
//! to itself. It drives an engine by hand, without socket and clock, and so measures only the work
//! of this library. Times are the processor time of the thread, as the median of batches. So other
//! programs disturb them little; still, compare figures of one run only.
//!
//! The memory of each one is the growth of a process while many are added: in many nodes, where
//! each node gets only a few.
//!
//! The verdict on a cost is about its worst rise from any size to a larger one. The cost is *flat*
//! if that rise is at most by half, and *logarithmic* if no rise exceeds the rise of the logarithm
//! of the size, from 10 on ([`ipv8_examples::measure::verdict`]). Otherwise it *grows*. A cost that
//! is not flat is printed with its reason.

mod arguments;
mod measure;
mod meter;
mod picture;
mod series;
mod table;
mod weigh;
mod world;

use std::process::{Command, ExitCode};

use arguments::Arguments;
use ipv8_examples::measure::machine::Machine;
use ipv8_examples::measure::markers;
use ipv8_examples::output::complain;
use measure::Sample;
use serde::de::DeserializeOwned;
use series::{Curve, Series};
use table::Report;

/// An error is printed and ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The first argument of the processes that measure one size.
const CHILD: &str = "measure-one-size";
/// The first argument of the processes that measure the memory of each one.
const SCALES: &str = "weigh-one-size";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((first, rest)) if first == CHILD => child(rest),
        Some((first, rest)) if first == SCALES => scales(rest),
        _ => match ipv8_examples::arguments::read(Arguments::problems) {
            Ok(arguments) => run(&arguments),
            Err(code) => return code,
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Measures one size and prints the sample as one line of JSON.
fn child(words: &[String]) -> Result<()> {
    let [series, size, batches] = words else {
        return Err("expected a series, a size and a number of batches".into());
    };
    let series = Series::named(series).ok_or("unknown series")?;
    let sample = measure::measure(series, size.parse()?, batches.parse()?)?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

/// Measures the memory of each one and prints it.
fn scales(words: &[String]) -> Result<()> {
    let [series, size] = words else {
        return Err("expected a series and a size".into());
    };
    let series = Series::named(series).ok_or("unknown series")?;
    println!("{}", weigh::weigh(series, size.parse()?)?);
    Ok(())
}

fn run(arguments: &Arguments) -> Result<()> {
    if !meter::IS_SUPPORTED {
        return Err("growth measures processor time and memory, which needs Linux".into());
    }
    let machine = Machine::this();
    let mut curves = Vec::new();
    for series in arguments.series() {
        let mut samples = Vec::new();
        for size in series.sizes(arguments.quick) {
            eprintln!("measuring: {} {}", size, series.name());
            samples.push(one_size(series, *size, arguments.batches())?);
        }
        curves.push(Curve { series, samples });
    }
    let report = Report {
        machine,
        quick: arguments.quick,
        batches: arguments.batches(),
        curves,
    };
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&table::json(&report))?),
        false => print!("{}", table::text(&report)),
    }
    if let Some(file) = &arguments.svg {
        let picture = picture::svg(&report);
        std::fs::write(file, picture).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if let Some(file) = &arguments.into {
        markers::write_into(file, "growth", &table::markdown(&report))?;
    }
    Ok(())
}

fn one_size(series: Series, size: usize, batches: usize) -> Result<Sample> {
    let (name, size) = (series.name(), size.to_string());
    let mut sample: Sample = started(&[CHILD, name, &size, &batches.to_string()])?;
    sample.bytes_each = started(&[SCALES, name, &size])?;
    Ok(sample)
}

/// Starts this program with these arguments and returns its output.
fn started<T: DeserializeOwned>(words: &[&str]) -> Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .args(words)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the process `{}` failed", words.join(" ")).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
