//! The command line.

use std::path::PathBuf;

use clap::Parser;
use ipv8_core::internals::nearest::nearest;

use crate::rows;

/// Measures this library and py-ipv8 3.2.1 on this machine, in turn.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// Measure only this row (again for more), or all rows whose names begin so
    #[arg(long, value_name = "ROW")]
    pub(crate) only: Vec<String>,
    /// How many pairs of figures to take of each row [default: 5, with --quick 1]
    #[arg(long, value_name = "N")]
    pub(crate) pairs: Option<usize>,
    /// Short runs, and only rows that are soon done: to see that it works, not to quote
    #[arg(long)]
    pub(crate) quick: bool,
    /// Count the processor time of the measured process instead of the time that passed: for a machine that others use
    #[arg(long)]
    pub(crate) processor_time: bool,
    /// Write JSON, into FILE or in place of the text
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) json: Option<String>,
    /// Draw the ratios into FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Put the table between the two markers of this Markdown file
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// List the rows and end
    #[arg(long)]
    pub(crate) list: bool,
}

impl Arguments {
    /// What is wrong with arguments that are readable one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.pairs == Some(0) {
            problems.push("--pairs 0 measures nothing: write 1 or more".to_owned());
        }
        for name in &self.only {
            if !rows::ids().any(|id| id.starts_with(name.as_str())) {
                let mend = nearest(name, rows::ids()).map_or_else(
                    || "see --list".to_owned(),
                    |known| format!("did you mean `{known}`?"),
                );
                problems.push(format!("there is no row `{name}`: {mend}"));
            }
        }
        problems
    }
}
