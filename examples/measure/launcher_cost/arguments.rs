//! The command line.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use ipv8_examples::measure::builds::Profile;

/// Measures what each launcher adds to the build of a program: processor time and size.
#[derive(Debug, Parser)]
#[command(name = "launcher_cost")]
pub(crate) struct Arguments {
    /// Number of launchers that the larger program has more than the smaller one
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) more: usize,
    /// Number of builds of each program; the figures are medians
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) turns: usize,
    /// Build with this profile only
    #[arg(long, value_name = "PROFILE")]
    pub(crate) only: Option<Only>,
    /// Measure the `ipv8-core` of this checkout instead of this one; repeatable, to compare
    #[arg(long, value_name = "DIR")]
    pub(crate) checkout: Vec<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// A profile on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Only {
    Release,
    Debug,
}

impl Arguments {
    /// Returns what is wrong with arguments that are valid one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=200).contains(&self.more) {
            problems.push(format!("--more {}: expected 1 to 200", self.more));
        }
        if self.turns == 0 {
            problems.push("--turns 0 measures nothing: use 1 or more".to_owned());
        }
        problems
    }

    /// Returns the selected profiles.
    pub(crate) fn profiles(&self) -> Vec<Profile> {
        match self.only {
            Some(Only::Release) => vec![Profile::Release],
            Some(Only::Debug) => vec![Profile::Debug],
            None => vec![Profile::Release, Profile::Debug],
        }
    }

    /// Returns the selected checkouts; this one if none is named.
    pub(crate) fn checkouts(&self) -> Vec<PathBuf> {
        match self.checkout.is_empty() {
            true => vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")],
            false => self.checkout.clone(),
        }
    }
}
