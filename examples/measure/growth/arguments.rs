//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::series::Series;

/// Measures what things cost as they grow.
#[derive(Debug, Parser)]
#[command(name = "growth")]
pub(crate) struct Arguments {
    /// Fewer sizes and fewer batches: a few seconds instead of a minute or two.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the curves as a picture to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Put a short table between the markers `growth: begin` and `growth: end` of this Markdown file.
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// Measure these only: peers, addresses, overlays, strategies.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
}

impl Arguments {
    /// What is wrong with them.
    pub(crate) fn problems(&self) -> Vec<String> {
        let wrong = self
            .only
            .iter()
            .filter(|name| Series::named(name).is_none());
        wrong
            .map(|name| {
                format!("--only {name}: there are peers, addresses, overlays and strategies")
            })
            .collect()
    }

    /// What is to be measured.
    pub(crate) fn series(&self) -> Vec<Series> {
        let wanted = |series: &Series| {
            self.only.is_empty() || self.only.iter().any(|name| name == series.name())
        };
        Series::ALL.into_iter().filter(wanted).collect()
    }

    /// How many batches a figure is the median of.
    pub(crate) fn batches(&self) -> usize {
        if self.quick { 5 } else { 21 }
    }
}
