//! The command line.

use std::path::PathBuf;

use clap::Parser;
use ipv8_core::internals::nearest::nearest;

use crate::rows;

/// Measures this library and py-ipv8 3.2.1 on this machine, in turn.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// Measure only this row, or the rows whose names begin with ROW; repeatable
    #[arg(long, value_name = "ROW")]
    pub(crate) only: Vec<String>,
    /// Number of pairs to measure for each row [default: 5, with --quick 1]
    #[arg(long, value_name = "N")]
    pub(crate) pairs: Option<usize>,
    /// Short runs of the fast rows only: to check that it works, not to quote
    #[arg(long)]
    pub(crate) quick: bool,
    /// Count the processor time of the measured process instead of the elapsed time: for a machine
    /// that other programs use
    #[arg(long)]
    pub(crate) processor_time: bool,
    /// Write JSON to FILE, or to the standard output instead of the text
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) json: Option<String>,
    /// Draw the ratios as an SVG into FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Put the table between the markers `compare: begin` and `compare: end` of this Markdown file
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// List the rows and exit
    #[arg(long)]
    pub(crate) list: bool,
}

impl Arguments {
    /// Returns what is wrong with arguments that are valid one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.pairs == Some(0) {
            problems.push("--pairs 0 measures nothing: use 1 or more".to_owned());
        }
        for name in &self.only {
            if !rows::ids().any(|id| id.starts_with(name.as_str())) {
                let fix = nearest(name, rows::ids()).map_or_else(
                    || "see --list".to_owned(),
                    |known| format!("did you mean `{known}`?"),
                );
                problems.push(format!("unknown row `{name}`: {fix}"));
            }
        }
        problems
    }
}
