//! Instructions and allocations of the hot paths, counted by callgrind. The counts are the same on
//! an idle and on a busy machine.
//!
//! ```console
//! $ cargo bench -p ipv8-core --bench instructions                   # all, compared with instructions.txt
//! $ cargo bench -p ipv8-core --bench instructions -- random_walk    # those with this in their name
//! $ cargo bench -p ipv8-core --bench instructions -- --check        # fails if one grew by more than 10 %
//! $ cargo bench -p ipv8-core --bench instructions -- --record       # writes instructions.txt
//! $ cargo bench -p ipv8-core --bench instructions -- --help         # a summary
//! ```
//!
//! Without valgrind it prints a note and does nothing. If the compiler or the processor's features
//! differ from those of the record, `--check` only prints the comparison.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callgrind;
mod options;
mod record;
#[path = "../setup/mod.rs"]
mod setup;

use std::process::ExitCode;

use options::Options;
use record::Record;
use setup::{Work, paths};

/// The number of runs before counting, in which tables grow and caches fill.
const WARM_UP: usize = 64;

/// The number of counted runs. With the warm-up it stays below the number of strangers.
const RUNS: usize = 128;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match &options {
        Options::Try => try_all(),
        Options::Help => println!("{}", options::HELP),
        Options::Child(name) => run_counted(name),
        Options::Measure(wanted) => return measure(wanted),
    }
    ExitCode::SUCCESS
}

/// Runs each path once in a small size, for `cargo test --all-targets`.
fn try_all() {
    for path in paths::all(1_000) {
        let mut work = path.make();
        work.before();
        work.run();
        work.check(1);
    }
}

/// Runs a path in a process under callgrind, which counts in [`counted`] only.
fn run_counted(name: &str) {
    let found = paths::all(usize::MAX)
        .into_iter()
        .find(|path| path.name == name);
    let mut work = found.expect("this program passes a known path").make();
    for _ in 0..WARM_UP {
        work.before();
        work.run();
    }
    for _ in 0..RUNS {
        work.before();
        counted(work.as_mut());
    }
    work.check(WARM_UP + RUNS);
    println!("{}", record::features());
}

/// Runs the path. Callgrind finds this function by its name and counts only in it.
#[inline(never)]
fn counted(work: &mut dyn Work) {
    work.run();
}

fn measure(wanted: &options::Measure) -> ExitCode {
    if !callgrind::is_there() {
        println!("instruction counts are skipped: valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let old = Record::read();
    let mut new = Record::default();
    println!("{}", record::HEADING);
    for path in paths::all(usize::MAX) {
        if wanted.filters.iter().all(|part| path.name.contains(part)) {
            let (counts, features) = callgrind::profile(&path.name, RUNS);
            println!("{}", old.compare(&path.name, &counts));
            new.add(&path.name, counts, features.trim());
        }
    }
    if wanted.record {
        old.overwritten_by(new).write();
        return ExitCode::SUCCESS;
    }
    let comparable = old.explain(&new);
    let grown = old.grown(&new);
    for line in &grown {
        println!("{line}");
    }
    ExitCode::from(u8::from(wanted.check && comparable && !grown.is_empty()))
}
