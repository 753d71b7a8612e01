//! What things cost as they grow: peers, known addresses, overlays on one socket, strategies.
//!
//! `cargo run --release --example growth` (`-- --quick` for fewer sizes, `--json`, `--svg FILE`, `--into README.md`, `--only peers,addresses`)
//!
//! Each size is measured by a process of its own, so that its memory is its own: this program starts itself. An engine is driven
//! by hand, without socket and clock: what is measured is the work of this library. Times are processor time of the thread, the
//! median of batches, so that others on the machine disturb little; still, compare within one run.
//!
//! The memory of one is how much a process grows while many are added, in many nodes if a node is to have few of them.
//!
//! What is said of a line is said of its worst rise, from any size to a larger one: it is *flat* if that is by half at most,
//! *logarithmic* if no rise is more than that of the logarithm of the size, from 10 on ([`ipv8_examples::measure::verdict`]). If it is not flat the
//! reason stands beside it.

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

/// What goes wrong here is told and ends the program: there is nobody to handle it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The first argument of the processes that measure one size.
const CHILD: &str = "measure-one-size";
/// And of those that find out how much memory one takes.
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

/// Measures one size and prints what it found as one line of JSON.
fn child(words: &[String]) -> Result<()> {
    let [series, size, batches] = words else {
        return Err("which series, which size, how many batches?".into());
    };
    let series = Series::named(series).ok_or("no such series")?;
    let sample = measure::measure(series, size.parse()?, batches.parse()?)?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

/// Finds out how much memory one takes, and prints that.
fn scales(words: &[String]) -> Result<()> {
    let [series, size] = words else {
        return Err("which series, which size?".into());
    };
    let series = Series::named(series).ok_or("no such series")?;
    println!("{}", weigh::weigh(series, size.parse()?)?);
    Ok(())
}

fn run(arguments: &Arguments) -> Result<()> {
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

/// What this program prints when it is started so.
fn started<T: DeserializeOwned>(words: &[&str]) -> Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .args(words)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("this failed: {}", words.join(" ")).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
