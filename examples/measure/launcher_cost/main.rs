//! Measures what each launcher adds to the build of a program: processor time and size.
//!
//! `cargo run --release --example launcher_cost` (`-- --help` for the options)
//!
//! Two programs differ only in their number of launchers. Both are compiled in turn, without their
//! dependencies. The difference, divided by the number of further launchers, is the cost of one.
//! The program measures launchers of one community, and launchers with a community each, which has
//! settings, three messages and two strategies.
//!
//! The processor time is that of cargo, the compiler and the linker, so other programs disturb it
//! little. Still, compare figures of one run only: `--checkout` measures several versions of the
//! library in one run, in turn. Processor time needs Linux.

mod arguments;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use arguments::Arguments;
use ipv8_examples::measure::builds::programs::Communities;
use ipv8_examples::measure::builds::{Cost, Profile, Workspace};
use ipv8_examples::measure::compare::Result;
use ipv8_examples::measure::compare::figures::Spread;
use ipv8_examples::measure::machine::Machine;
use ipv8_examples::output::complain;
use report::{Report, Row};

fn main() -> ExitCode {
    let arguments = match ipv8_examples::arguments::read(Arguments::problems) {
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

/// One version of the library, with the generated programs that depend on it.
struct Version {
    checkout: String,
    workspace: Workspace,
}

fn run(arguments: &Arguments) -> Result<()> {
    let launchers = [1, 1 + arguments.more];
    let versions: Result<Vec<Version>> = arguments
        .checkouts()
        .into_iter()
        .enumerate()
        .map(|(number, checkout)| {
            let home = target()?.join(format!("launcher-cost-{number}"));
            let programs = [Communities::One, Communities::Each].map(|kind| (kind, launchers));
            Ok(Version {
                workspace: Workspace::prepare(&home, &checkout, &programs)?,
                checkout: checkout.canonicalize()?.display().to_string(),
            })
        })
        .collect();
    let versions = versions?;
    let mut rows = Vec::new();
    for profile in arguments.profiles() {
        for version in &versions {
            complain(&format!(
                "building the dependencies of {}",
                version.checkout
            ));
            version.workspace.build_all(profile)?;
        }
        for communities in [Communities::One, Communities::Each] {
            rows.extend(measure(
                &versions,
                communities,
                profile,
                launchers,
                arguments.turns,
            )?);
        }
    }
    let report = Report {
        machine: Machine::this(),
        more: arguments.more,
        turns: arguments.turns,
        rows,
    };
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", report.table()),
    }
    Ok(())
}

/// Measures one kind of program with every version in turn.
fn measure(
    versions: &[Version],
    communities: Communities,
    profile: Profile,
    launchers: [usize; 2],
    turns: usize,
) -> Result<Vec<Row>> {
    let mut builds: Vec<Vec<[Cost; 2]>> = versions.iter().map(|_| Vec::new()).collect();
    for turn in 1..=turns {
        complain(&format!(
            "{} {profile:?}: turn {turn} of {turns}",
            communities.name()
        ));
        for (version, builds) in versions.iter().zip(&mut builds) {
            let [few, many] =
                launchers.map(|count| version.workspace.rebuild(communities, count, profile));
            builds.push([few?, many?]);
        }
    }
    let more = launchers[1] - launchers[0];
    let rows = versions.iter().zip(builds).map(|(version, builds)| Row {
        checkout: version.checkout.clone(),
        communities: communities.name(),
        profile,
        seconds_first: spread(&builds, |[few, _]| seconds(few)),
        seconds_each: spread(&builds, |[few, many]| {
            Some((seconds(many)? - seconds(few)?) / more as f64)
        }),
        bytes_first: spread(&builds, |[few, _]| Some(few.bytes as f64)),
        bytes_each: spread(&builds, |[few, many]| {
            Some((many.bytes as f64 - few.bytes as f64) / more as f64)
        }),
    });
    Ok(rows.collect())
}

fn seconds(cost: &Cost) -> Option<f64> {
    Some(cost.processor?.as_secs_f64())
}

fn spread(builds: &[[Cost; 2]], figure: impl Fn(&[Cost; 2]) -> Option<f64>) -> Option<Spread> {
    Spread::of(builds.iter().filter_map(figure))
}

/// Returns cargo's target directory, below which this program is.
fn target() -> Result<PathBuf> {
    let running = std::env::current_exe()?;
    let marked = running
        .ancestors()
        .find(|path| path.join("CACHEDIR.TAG").exists());
    Ok(marked
        .ok_or("the program is not in a target directory of cargo")?
        .to_owned())
}
