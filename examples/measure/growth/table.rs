//! Formats the report as text, as JSON, and as a short Markdown table.

use std::collections::BTreeMap;
use std::fmt::Write;

use ipv8_examples::measure::chart::short;
use ipv8_examples::measure::compare::figures::Unit;
use ipv8_examples::measure::compare::format;
use ipv8_examples::measure::machine::Machine;
use ipv8_examples::measure::markers::wrapped;
use ipv8_examples::measure::verdict::{FLAT, Verdict};
use serde_json::{Value, json};

use crate::meter::ratio;
use crate::series::{Curve, FIGURES, Figure};

/// The whole report.
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) quick: bool,
    /// Number of batches per figure.
    pub(crate) batches: usize,
    pub(crate) curves: Vec<Curve>,
}

/// Returns one table per series.
pub(crate) fn text(report: &Report) -> String {
    let mut text = String::new();
    for curve in &report.curves {
        // Writing to a string does not fail.
        let _ = one(&mut text, curve);
    }
    let _ = writeln!(text, "{}", how(report));
    text
}

fn one(text: &mut String, curve: &Curve) -> std::fmt::Result {
    write!(text, "{:<38}", curve.series.title())?;
    for sample in &curve.samples {
        write!(text, "{:>9}", short(ratio(sample.size)))?;
    }
    writeln!(text, "{:>14}", "worst rise")?;
    for figure in &FIGURES {
        let unit = match figure.unit {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        write!(text, "{:<38}", format!("{}{unit}", figure.name))?;
        for (_, cost) in curve.points(figure) {
            write!(text, "{:>9}", short(cost))?;
        }
        if let Some(growth) = curve.growth(figure) {
            write!(text, "{:>8.2}x {}", growth.ratio, growth.verdict.name())?;
        }
        if let Some(reason) = curve.reason(figure) {
            write!(text, ": {reason}")?;
        }
        writeln!(text)?;
    }
    write!(text, "{:<38}", "resident memory of the process (B)")?;
    for sample in &curve.samples {
        write!(text, "{:>9}", short(bytes(sample.resident)))?;
    }
    writeln!(text, "\n")
}

/// Returns one sentence about the machine, the date and the method.
fn how(report: &Report) -> String {
    let quick = match report.quick {
        true => "; a quick run: do not quote",
        false => "",
    };
    format!(
        "{}; times are processor time, the median of {} batches{quick}.",
        report.machine, report.batches
    )
}

/// Returns a table with one line per figure and one column per series.
pub(crate) fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = rows(&mut text, report);
    for ((verdict, why), what) in reasons(report) {
        let reason = format!("{verdict} ({}): {why}.", what.join("; "));
        let _ = write!(text, "\n{}", wrapped(&reason));
    }
    let legend = format!(
        "Each cell has the cost at the smallest and at the largest size, then the worst rise from any \
         size to a larger one. Flat: at most {FLAT}x. Logarithmic: no more than the logarithm of the \
         size, from 10 on. {}",
        how(report)
    );
    let _ = write!(text, "\n{}", wrapped(&legend));
    text
}

fn rows(text: &mut String, report: &Report) -> std::fmt::Result {
    write!(text, "| |")?;
    for curve in &report.curves {
        let sizes = [curve.samples.first(), curve.samples.last()];
        let [first, last] = sizes.map(|sample| sample.map_or(0.0, |sample| ratio(sample.size)));
        let (first, last) = (format::number(first), format::number(last));
        write!(text, " {first} to {last} {} |", curve.series.title())?;
    }
    writeln!(text, "\n|---|{}", "---|".repeat(report.curves.len()))?;
    for figure in &FIGURES {
        write!(text, "| {} |", figure.name)?;
        for curve in &report.curves {
            write!(text, " {} |", cell(curve, figure).unwrap_or_default())?;
        }
        writeln!(text)?;
    }
    write!(text, "| resident memory of the process |")?;
    for curve in &report.curves {
        let cell = curve.resident().map(|(first, last)| {
            let [first, last] =
                [first, last].map(|memory| format::figure(bytes(memory), Unit::Bytes));
            format!("{first} → {last}")
        });
        write!(text, " {} |", cell.unwrap_or_default())?;
    }
    writeln!(text)
}

fn cell(curve: &Curve, figure: &Figure) -> Option<String> {
    let points = curve.points(figure);
    let [first, last] = [points.first()?.1, points.last()?.1].map(|cost| match figure.unit {
        "ns" => format::figure(cost / 1e9, Unit::Seconds),
        "B" => format::figure(cost, Unit::Bytes),
        _ => format::number(cost),
    });
    let growth = curve.growth(figure)?;
    let (ratio, verdict) = (growth.ratio, growth.verdict.name());
    Some(format!("{first} → {last}, {ratio:.2}x: {verdict}"))
}

/// Groups the figures that decrease or increase by the reason for it.
fn reasons(report: &Report) -> BTreeMap<(&'static str, &'static str), Vec<String>> {
    let mut reasons: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for figure in &FIGURES {
        for curve in &report.curves {
            let Some(why) = curve.reason(figure) else {
                continue;
            };
            let falls = curve
                .growth(figure)
                .is_some_and(|growth| growth.verdict == Verdict::Falls);
            let verdict = if falls { "Decreasing" } else { "Increasing" };
            let what = format!("{}, by {}", figure.name, curve.series.name());
            reasons.entry((verdict, why)).or_default().push(what);
        }
    }
    reasons
}

#[allow(clippy::cast_precision_loss)]
fn bytes(memory: u64) -> f64 {
    memory as f64
}

/// Returns the report as JSON.
pub(crate) fn json(report: &Report) -> Value {
    let curves = report.curves.iter().map(|curve| {
        let figures = FIGURES.iter().map(|figure| {
            json!({
                "figure": figure.name,
                "unit": figure.unit,
                "points": curve.points(figure),
                "worst_rise": curve.growth(figure),
                "why": curve.reason(figure),
            })
        });
        json!({
            "grows": curve.series.name(),
            "figures": figures.collect::<Vec<_>>(),
            "resident_bytes": curve.samples.iter().map(|sample| (sample.size, sample.resident)).collect::<Vec<_>>(),
        })
    });
    json!({
        "machine": report.machine,
        "quick": report.quick,
        "batches": report.batches,
        "curves": curves.collect::<Vec<_>>(),
    })
}
