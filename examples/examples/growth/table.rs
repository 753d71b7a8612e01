//! What was measured, as text and as JSON.

use std::fmt::Write;

use ipv8_examples::chart::short;
use serde_json::{Value, json};

use crate::series::{Curve, FIGURES, Figure, Verdict};

/// One table for each thing that grows.
pub(crate) fn text(curves: &[Curve]) -> String {
    let mut text = String::new();
    for curve in curves {
        // Writing to a string does not fail.
        let _ = one(&mut text, curve);
    }
    text
}

fn one(text: &mut String, curve: &Curve) -> std::fmt::Result {
    write!(text, "{:<38}", curve.series.title())?;
    for sample in &curve.samples {
        write!(text, "{:>9}", short(crate::meter::ratio(sample.size)))?;
    }
    writeln!(text, "{:>13}", "last/first")?;
    for figure in &FIGURES {
        let points = curve.points(figure);
        if points.is_empty() {
            continue;
        }
        let unit = match figure.unit {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        write!(text, "{:<38}", format!("{}{unit}", figure.name))?;
        // What the first sizes lack is left blank.
        for _ in points.len()..curve.samples.len() {
            write!(text, "{:>9}", "")?;
        }
        for (_, cost) in points {
            write!(text, "{:>9}", short(cost))?;
        }
        if let Some((grown, verdict)) = curve.verdict(figure) {
            write!(text, "{grown:>8.2}x {}", verdict.name())?;
            write!(text, "{}", reason(figure, verdict))?;
        }
        writeln!(text)?;
    }
    writeln!(text)
}

fn reason(figure: &Figure, verdict: Verdict) -> String {
    match verdict {
        Verdict::Grows if !figure.why.is_empty() => format!(": {}", figure.why),
        _ => String::new(),
    }
}

/// The same as JSON.
pub(crate) fn json(curves: &[Curve]) -> Value {
    let curves = curves.iter().map(|curve| {
        let figures = FIGURES.iter().map(|figure| {
            let verdict = curve.verdict(figure);
            json!({
                "figure": figure.name,
                "unit": figure.unit,
                "points": curve.points(figure),
                "last_by_first": verdict.map(|(grown, _)| grown),
                "verdict": verdict.map(|(_, verdict)| verdict.name()),
            })
        });
        json!({
            "grows": curve.series.name(),
            "figures": figures.collect::<Vec<_>>(),
            "resident_bytes": curve.samples.iter().map(|sample| (sample.size, sample.resident)).collect::<Vec<_>>(),
        })
    });
    Value::Array(curves.collect())
}
