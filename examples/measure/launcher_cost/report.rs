//! The figures, as JSON and as a table.

use std::fmt::Write;

use ipv8_examples::measure::builds::Profile;
use ipv8_examples::measure::compare::figures::{Spread, Unit};
use ipv8_examples::measure::compare::format;
use ipv8_examples::measure::machine::Machine;
use serde::Serialize;

/// The figures of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// Number of launchers that the larger program has more than the smaller one.
    pub(crate) more: usize,
    pub(crate) turns: usize,
    pub(crate) rows: Vec<Row>,
}

/// The figures of a pair of programs.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The measured checkout.
    pub(crate) checkout: String,
    /// The communities of the launchers.
    pub(crate) communities: &'static str,
    pub(crate) profile: Profile,
    /// Processor time in seconds of a build of the program with one launcher.
    pub(crate) seconds_first: Option<Spread>,
    /// Processor time in seconds for each further launcher.
    pub(crate) seconds_each: Option<Spread>,
    /// Bytes of the program with one launcher.
    pub(crate) bytes_first: Option<Spread>,
    /// Bytes for each further launcher.
    pub(crate) bytes_each: Option<Spread>,
}

const HEADS: [&str; 6] = [
    "launchers",
    "profile",
    "processor time each",
    "bytes each",
    "build of one",
    "checkout",
];

impl Report {
    /// Returns the report as a table.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![HEADS.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or_default()
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let mut text = String::new();
        for line in &lines {
            for (cell, width) in line.iter().zip(widths) {
                let _ = write!(text, "{cell:<width$}  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "\n{}; from the build of a program with 1 launcher to one with {}; median of {} turns, \
             with the least and the greatest in brackets; no incremental compilation",
            self.machine,
            1 + self.more,
            self.turns
        );
        text
    }
}

impl Row {
    fn cells(&self) -> [String; 6] {
        let profile = match self.profile {
            Profile::Release => "release",
            Profile::Debug => "debug",
        };
        [
            self.communities.replace('_', " "),
            profile.to_owned(),
            cell(self.seconds_each, Unit::Seconds),
            cell(self.bytes_each, Unit::Bytes),
            cell(self.seconds_first, Unit::Seconds),
            self.checkout.clone(),
        ]
    }
}

fn cell(spread: Option<Spread>, unit: Unit) -> String {
    spread.map_or_else(
        || "unknown".to_owned(),
        |spread| {
            let [median, least, greatest] = [spread.median, spread.minimum, spread.maximum]
                .map(|figure| format::figure(figure, unit));
            match least == greatest {
                true => median,
                false => format!("{median} ({least} to {greatest})"),
            }
        },
    )
}
