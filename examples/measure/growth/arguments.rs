//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::series::Series;

/// Measures how costs grow with the numbers of peers, addresses, overlays and strategies.
#[derive(Debug, Parser)]
#[command(name = "growth")]
pub(crate) struct Arguments {
    /// Measure fewer sizes and batches: a few seconds instead of one or two minutes
    #[arg(long)]
    pub(crate) quick: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw the curves as an SVG into FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Put a short table between the markers `growth: begin` and `growth: end` of this Markdown
    /// file
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// Measure only these series, separated by commas: peers, addresses, overlays, strategies
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
}

impl Arguments {
    /// Returns what is wrong with arguments that are valid one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let wrong = self
            .only
            .iter()
            .filter(|name| Series::named(name).is_none());
        wrong
            .map(|name| format!("--only {name}: expected peers, addresses, overlays or strategies"))
            .collect()
    }

    /// Returns the selected series.
    pub(crate) fn series(&self) -> Vec<Series> {
        let is_selected = |series: &Series| {
            self.only.is_empty() || self.only.iter().any(|name| name == series.name())
        };
        Series::ALL.into_iter().filter(is_selected).collect()
    }

    /// Returns the number of batches per figure; the figure is their median.
    pub(crate) fn batches(&self) -> usize {
        if self.quick { 5 } else { 21 }
    }
}
