//! What things cost as they grow: peers, known addresses, overlays on one socket, strategies.
//!
//! `cargo run --release --example growth` (`-- --quick` for fewer sizes, `--json`, `--svg FILE`, `--only peers,addresses`)
//!
//! Each size is measured by a process of its own, so that its memory is its own: this program starts itself. An engine is driven
//! by hand, without socket and clock: what is measured is the work of this library. Times are processor time of the thread, the
//! median of batches, so that others on the machine disturb little; still, compare within one run.
//!
//! A line is *flat* when the largest size costs at most twice the smallest, *logarithmic* when it costs no more than its logarithm
//! allows; if it grows faster the reason stands beside it.

mod arguments;
mod measure;
mod meter;
mod picture;
mod series;
mod table;
mod world;

use std::process::{Command, ExitCode};

use arguments::Arguments;
use ipv8_examples::output::complain;
use measure::Sample;
use series::{Curve, Series};

/// What goes wrong here is told and ends the program: there is nobody to handle it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The first argument of the processes that measure one size.
const CHILD: &str = "measure-one-size";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((first, rest)) if first == CHILD => child(rest),
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

fn run(arguments: &Arguments) -> Result<()> {
    let mut curves = Vec::new();
    for series in arguments.series() {
        let mut samples = Vec::new();
        for size in series.sizes(arguments.quick) {
            eprintln!("measuring: {} {}", size, series.name());
            samples.push(one_size(series, *size, arguments.batches())?);
        }
        curves.push(Curve { series, samples });
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&table::json(&curves))?),
        false => print!("{}", table::text(&curves)),
    }
    if let Some(file) = &arguments.svg {
        let picture = picture::svg(&curves);
        std::fs::write(file, picture).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn one_size(series: Series, size: usize, batches: usize) -> Result<Sample> {
    let output = Command::new(std::env::current_exe()?)
        .args([
            CHILD,
            series.name(),
            &size.to_string(),
            &batches.to_string(),
        ])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{size} {} could not be measured", series.name()).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
