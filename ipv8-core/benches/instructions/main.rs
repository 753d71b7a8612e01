//! Instructions and allocations of the hot paths, counted by callgrind: the same on an idle machine and on a busy one.
//!
//! ```console
//! $ cargo bench -p ipv8-core --bench instructions                   # all of them, compared with instructions.txt
//! $ cargo bench -p ipv8-core --bench instructions -- random_walk    # those whose name has this in it
//! $ cargo bench -p ipv8-core --bench instructions -- --check        # fails if one has grown by more than 10 %
//! $ cargo bench -p ipv8-core --bench instructions -- --record       # writes instructions.txt anew
//! $ cargo bench -p ipv8-core --bench instructions -- --help         # the same in short
//! ```
//!
//! Without valgrind it says so and does nothing. `--check` says no more than it compares when the compiler or the
//! processor's features are not those of the record.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callgrind;
mod options;
mod record;
#[path = "../setup/mod.rs"]
mod setup;

use std::process::ExitCode;

use options::Options;
use record::Record;
use setup::paths::{self, Work};

/// Runs before anything is counted, so that tables have grown and caches are filled.
const WARM_UP: usize = 64;

/// Runs that are counted. With the others it makes as many as there are strangers.
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

/// Each path once, small: what `cargo test --all-targets` does.
fn try_all() {
    for path in paths::all(1_000) {
        let mut work = path.make();
        work.before();
        work.run();
        work.check(1);
    }
}

/// In a process below callgrind, which counts in [`counted`] only.
fn run_counted(name: &str) {
    let found = paths::all(usize::MAX)
        .into_iter()
        .find(|path| path.name == name);
    let mut work = found.expect("the path was named by this program").make();
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

/// Callgrind knows it by this name.
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
