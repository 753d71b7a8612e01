//! Draws the figures as an SVG with three charts in a row.

use std::fmt::{self, Write};

use ipv8_examples::measure::chart::{COLOURS, polyline};

use crate::graph::ratio;
use crate::{Figures, churn, together};

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 30.0;
const STRIDE: f64 = 370.0;

/// Returns the whole picture.
pub(crate) fn svg(figures: &Figures) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = draw(&mut text, figures);
    text
}

/// One line of a chart: its name and its points, from 0 to 1 in both directions.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

fn draw(text: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1110 300\" role=\"img\" \
         style=\"max-width:100%;background:#fff;font:12px sans-serif\">"
    )?;
    writeln!(
        text,
        "<title>How fast nodes find peers, how many they have, and how fast they drop vanished ones</title>"
    )?;
    let first: Vec<&together::Outcome> = figures.together.iter().take(3).collect();
    let end = format!("{} s", together::SECONDS);
    let title = format!("share of the nodes with {} peers", together::ARRIVED);
    chart(
        text,
        0.0,
        &title,
        ("0", &end),
        ("0 %", "100 %"),
        &arrivals(&first),
    )?;
    let limits = [
        &figures.together[0],
        &figures.together[3],
        &figures.together[5],
    ];
    let title = "share of the nodes with at most this many peers";
    chart(
        text,
        STRIDE,
        title,
        ("0", "40 peers"),
        ("0 %", "100 %"),
        &degrees(&limits),
    )?;
    let end = format!("{} s", churn::SECONDS);
    let title = "share of vanished peers in the lists";
    chart(
        text,
        2.0 * STRIDE,
        title,
        ("0", &end),
        ("0 %", "40 %"),
        &deaths(&figures.churn),
    )?;
    writeln!(text, "</svg>")
}

fn arrivals(outcomes: &[&together::Outcome]) -> Vec<Line> {
    let line = |outcome: &&together::Outcome| {
        let points = outcome.arrived.iter().enumerate().map(|(second, arrived)| {
            (
                ratio(second + 1, together::SECONDS),
                ratio(*arrived, together::NODES),
            )
        });
        Line {
            name: format!("{}, target {}", outcome.name, outcome.target),
            points: points.collect(),
        }
    };
    outcomes.iter().map(line).collect()
}

fn degrees(outcomes: &[&together::Outcome]) -> Vec<Line> {
    let line = |outcome: &&together::Outcome| {
        let share = |most: usize| {
            let there = outcome.degrees.iter().filter(|degree| **degree <= most);
            ratio(there.count(), outcome.degrees.len())
        };
        Line {
            name: format!("{}, target {}", outcome.name, outcome.target),
            points: (0..=40)
                .map(|most| (ratio(most, 40), share(most)))
                .collect(),
        }
    };
    outcomes.iter().map(line).collect()
}

fn deaths(outcomes: &[churn::Outcome]) -> Vec<Line> {
    let line = |outcome: &churn::Outcome| {
        let points = outcome.dead.iter().enumerate();
        let points = points.map(|(second, dead)| (ratio(second + 1, churn::SECONDS), dead / 0.4));
        Line {
            name: outcome.name.to_owned(),
            points: points.collect(),
        }
    };
    outcomes.iter().map(line).collect()
}

fn chart(
    text: &mut String,
    at: f64,
    title: &str,
    x: (&str, &str),
    y: (&str, &str),
    lines: &[Line],
) -> fmt::Result {
    let (left, right, bottom) = (at + LEFT, at + LEFT + WIDTH, TOP + HEIGHT);
    writeln!(
        text,
        "<text x=\"{left:.0}\" y=\"18\" font-weight=\"bold\">{title}</text>"
    )?;
    writeln!(
        text,
        "<path d=\"M{left:.0} {TOP:.0}V{bottom:.0}H{right:.0}\" fill=\"none\" stroke=\"#333\"/>"
    )?;
    let mut label = |x: f64, y: f64, anchor: &str, what: &str| {
        writeln!(
            text,
            "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\">{what}</text>"
        )
    };
    label(left - 4.0, TOP + 10.0, "end", y.1)?;
    label(left - 4.0, bottom, "end", y.0)?;
    label(left, bottom + 14.0, "middle", x.0)?;
    label(right, bottom + 14.0, "end", x.1)?;
    for (number, (line, colour)) in lines.iter().zip(COLOURS).enumerate() {
        let points = line.points.iter().map(|(x, y)| {
            format!(
                "{:.1},{:.1}",
                left + x * WIDTH,
                bottom - y.min(1.0) * HEIGHT
            )
        });
        let points: Vec<_> = points.collect();
        writeln!(text, "{}/>", polyline(&points, colour))?;
        let below = bottom + 34.0 + 16.0 * ratio(number, 1);
        writeln!(
            text,
            "<text x=\"{left:.0}\" y=\"{below:.0}\" fill=\"{colour}\">{}</text>",
            line.name
        )?;
    }
    Ok(())
}
