//! The cost of each launcher in a release build.
//!
//! Two programs differ only in their number of launchers, 1 and 1,001. Their dependencies are built
//! once. Then both are rebuilt in turn, and each figure is the time of `cargo build --release`
//! after a change of `main.rs`. Both are below cargo's target directory, so that later runs find
//! the dependencies.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Bench, Group, Selected};
use crate::{Result, pin, python};
use ipv8_examples::measure::compare::figures::{Row, Spread, Turn, Unit};
use ipv8_examples::measure::compare::{format, many_launchers};

pub(super) const GROUP: Group = Group {
    ids: &["launchers-build"],
    quick: &[],
    measure,
};

/// Number of launchers that the second program has more than the first.
const MORE: usize = 1_000;

/// The programs and their numbers of launchers.
const PROGRAMS: [(&str, usize); 2] = [("one-launcher", 1), ("many-launchers", 1 + MORE)];

fn measure(bench: &Bench, _selected: &Selected<'_>) -> Result<Vec<Row>> {
    let on = bench.cores.map(|cores| vec![cores.load, cores.measured]);
    // Cargo and the compiler inherit the cores of this thread. They need both.
    keep_to(on.as_deref())?;
    let built = build_in_turn(bench);
    keep_to(bench.cores.map(|cores| vec![cores.load]).as_deref())?;
    let (turns, times) = match built {
        Ok(built) => built,
        Err(error) => {
            bench.progress(&format!("skipping release builds: {error}"));
            return Ok(Vec::new());
        }
    };
    let work = "release build, for each of 1,000 launchers";
    let row = Row::new("launchers-build", work, Unit::Seconds, turns.clone());
    let [one, many] = times.map(|times| seconds(&times));
    let each: Vec<f64> = turns.iter().filter_map(|turn| turn.ours).collect();
    let on = on.map_or_else(
        || "all cores".to_owned(),
        |cores| format!("{} cores", cores.len()),
    );
    Ok(vec![row.noted(format!(
        "{} over all turns; a rebuild takes {one} with one launcher and {many} with 1,001, on {on}",
        seconds(&each)
    ))])
}

fn keep_to(cores: Option<&[usize]>) -> Result<()> {
    Ok(cores.map_or(Ok(()), pin::keep_to)?)
}

/// Returns the median, with the least and the greatest in brackets.
fn seconds(times: &[f64]) -> String {
    Spread::of(times.iter().copied()).map_or_else(String::new, |spread| {
        let [median, least, greatest] = [spread.median, spread.minimum, spread.maximum]
            .map(|seconds| format::figure(seconds, Unit::Seconds));
        format!("{median} ({least} to {greatest})")
    })
}

/// Returns the turns and the build times of both programs.
fn build_in_turn(bench: &Bench) -> Result<(Vec<Turn>, [Vec<f64>; 2])> {
    let home = python::target_directory().join("compare-launchers");
    prepare(&home)?;
    bench.progress("release builds: building the dependencies");
    for (program, launchers) in PROGRAMS {
        build(&home, program)?;
        let count = output(&home, program)?;
        if count != launchers.to_string() {
            return Err(format!("{program} has {count} launchers instead of {launchers}").into());
        }
    }
    let mut times = [const { Vec::new() }; 2];
    let mut turns = Vec::new();
    for number in 1..=bench.pairs {
        bench.progress(&format!("release builds: turn {number} of {}", bench.pairs));
        let mut took = [0.0; 2];
        for (((program, launchers), took), times) in
            PROGRAMS.into_iter().zip(&mut took).zip(&mut times)
        {
            write_program(&home, program, launchers)?;
            let begun = Instant::now();
            build(&home, program)?;
            *took = begun.elapsed().as_secs_f64();
            times.push(*took);
        }
        turns.push(Turn {
            ours: Some((took[1] - took[0]) / MORE as f64),
            ..Turn::default()
        });
    }
    Ok((turns, times))
}

/// Writes both programs, with the dependency versions of this checkout.
fn prepare(home: &Path) -> Result<()> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    fs::create_dir_all(home)?;
    fs::write(
        home.join("Cargo.toml"),
        many_launchers::workspace(&PROGRAMS.map(|(program, _)| program)),
    )?;
    fs::copy(checkout.join("Cargo.lock"), home.join("Cargo.lock"))?;
    for (program, launchers) in PROGRAMS {
        fs::create_dir_all(home.join(program).join("src"))?;
        let manifest = many_launchers::manifest(program, &checkout.join("ipv8-core"));
        fs::write(home.join(program).join("Cargo.toml"), manifest)?;
        write_program(home, program, launchers)?;
    }
    Ok(())
}

/// Writes `main.rs`. Cargo then rebuilds the program, even if the text is the same.
fn write_program(home: &Path, program: &str, launchers: usize) -> Result<()> {
    let text = many_launchers::program(launchers);
    Ok(fs::write(home.join(program).join("src/main.rs"), text)?)
}

fn build(home: &Path, program: &str) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--release",
            "--offline",
            "--quiet",
            "--package",
            program,
        ])
        .arg("--target-dir")
        .arg(home.join("target"))
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let status = command
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("cargo build: {status}").into())
}

/// Runs the program and returns its output.
fn output(home: &Path, program: &str) -> Result<String> {
    let path: PathBuf = home.join("target/release").join(program);
    let output = Command::new(path.with_extension(std::env::consts::EXE_EXTENSION)).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
