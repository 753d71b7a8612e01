//! Measures the effect of strategies and targets on an overlay, in memory and in virtual time.
//!
//! `cargo run --release --example topology` prints the tables of the page
//! `ipv8_core::guide::strategies`; `… -- write ipv8-core/src/guide` writes them and a picture into
//! that folder. Everything follows from seeds, so each run gives the same figures.

mod churn;
mod graph;
mod late;
mod picture;
mod tables;
mod together;
mod world;

use std::path::Path;
use std::process::ExitCode;

/// All results.
struct Figures {
    together: Vec<together::Outcome>,
    late: Vec<late::Outcome>,
    churn: Vec<churn::Outcome>,
}

fn measure() -> Figures {
    Figures {
        together: together::measure(),
        late: late::measure(),
        churn: churn::measure(),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => print!("{}", tables::text(&measure())),
        ["write", folder] => {
            if let Err(error) = write(Path::new(folder), &measure()) {
                eprintln!("error: {folder}: {error}");
                return ExitCode::FAILURE;
            }
        }
        _ => {
            eprintln!("error: unknown arguments\n\nUsage: topology [write FOLDER]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn write(folder: &Path, figures: &Figures) -> std::io::Result<()> {
    std::fs::write(folder.join("topology.md"), tables::text(figures))?;
    std::fs::write(folder.join("topology.svg"), picture::svg(figures))
}
