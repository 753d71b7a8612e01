//! The report as text, and as a table in Markdown.

use std::fmt::Write;

use super::figures::{Report, Row};
use super::format;
use crate::measure::markers::wrapped;

const HEADS: [&str; 7] = [
    "work",
    "py-ipv8 3.2.1",
    "ipv8-rs",
    "times better",
    "bare responder",
    "share of bare",
    "target",
];

/// Returns the report as text.
pub fn text(report: &Report) -> String {
    let cells: Vec<[String; 7]> = std::iter::once(HEADS.map(str::to_owned))
        .chain(report.rows.iter().map(cells))
        .collect();
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &cells {
        let line: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let _ = writeln!(text, "{}", line.join("  ").trim_end());
    }
    for note in notes(report) {
        let _ = writeln!(text, "\n{note}");
    }
    text
}

/// Returns the report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("| {} |\n|---|---|---|---|---|---|---|\n", HEADS.join(" | "));
    for row in &report.rows {
        let _ = writeln!(text, "| {} |", cells(row).join(" | "));
    }
    for note in notes(report) {
        let _ = write!(text, "\n{}", wrapped(&note));
    }
    text
}

fn cells(row: &Row) -> [String; 7] {
    let figure = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |value| format::figure(value, row.unit))
    };
    let summary = &row.summary;
    [
        row.work.clone(),
        figure(summary.python),
        figure(summary.ours),
        summary.times_python.map_or_else(String::new, format::times),
        summary
            .bare
            .map_or_else(String::new, |bare| figure(Some(bare))),
        summary
            .share_of_bare
            .map_or_else(String::new, format::share),
        row.target.unwrap_or_default().to_owned(),
    ]
}

/// Returns the notes below the table.
fn notes(report: &Report) -> Vec<String> {
    let machine = &report.machine;
    let pinned = match machine.pinned {
        Some((measured, load)) => {
            format!("measured process on core {measured}, requester on core {load}")
        }
        None => "nothing pinned".to_owned(),
    };
    let rates = if report.processor_time {
        "; rates are per second of processor time"
    } else {
        ""
    };
    let quick = if report.quick {
        "; a quick run: do not quote"
    } else {
        ""
    };
    let without = match machine.python {
        Some(_) => "",
        None => "without py-ipv8; ",
    };
    let mut notes = vec![format!(
        "{machine}; {without}{pinned}; median of {} turns, with the least and the greatest ratio of a turn in brackets{rates}{quick}.",
        report.pairs,
    )];
    for row in &report.rows {
        let base = row.base.zip(row.summary.per_base);
        let base = base.map(|(base, spread)| format!("{} of {base}", format::share(spread)));
        let note: Vec<String> = base.into_iter().chain(row.note.clone()).collect();
        if !note.is_empty() {
            notes.push(format!("{}: {}.", row.work, note.join("; ")));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::compare::figures::{Turn, Unit};
    use crate::measure::machine::Machine;

    fn report() -> Report {
        let turn = Turn {
            python: Some(100.0),
            ours: Some(1_500.0),
            bare: Some(2_000.0),
            base: None,
        };
        Report {
            machine: Machine::here(None, 2, None),
            pairs: 1,
            quick: true,
            processor_time: false,
            rows: vec![
                Row::new(
                    "introductions-1000",
                    "things done",
                    Unit::PerSecond,
                    vec![turn],
                )
                .noted("so it is"),
            ],
        }
    }

    #[test]
    fn a_row_has_its_figures_and_ratios() {
        let text = text(&report());
        let row = text.lines().nth(1).unwrap_or_default();
        for part in [
            "things done",
            "100/s",
            "1,500/s",
            "15x (15–15)",
            "2,000/s",
            "75 % (75–75)",
            "90x",
        ] {
            assert!(row.contains(part), "{part} in {row}");
        }
        assert!(
            text.contains("do not quote") && text.contains("things done: so it is."),
            "{text}"
        );
    }
}
