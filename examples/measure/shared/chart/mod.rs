//! Line charts as SVG, with linear or logarithmic axes and a legend.
//!
//! Nothing here measures. Start with [`Chart`] and [`svg`].
//!
//! ```
//! use ipv8_examples::measure::chart::{Axis, Chart, Line, svg};
//!
//! let chart = Chart {
//!     title: "cost of a look-up".to_owned(),
//!     x: Axis::log("peers"),
//!     y: Axis::log("ns").from(1.0),
//!     lines: vec![Line::new("unknown source", vec![(10.0, 180.0), (10_000.0, 185.0)])],
//! };
//! let picture = svg("Growth", &[chart], 1, "this machine, today");
//! assert!(picture.starts_with("<svg") && picture.contains("unknown source"));
//! assert!(picture.contains("today"));
//! ```

mod axis;

use std::fmt::{self, Write};

pub use axis::{Axis, Scale, short};

/// Colours that every reader can tell apart, also in grey (Okabe and Ito).
pub const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 34.0;
const STRIDE: f64 = 400.0;
/// Space below the plot, for ticks and the label of the axis.
const FOOT: f64 = 40.0;
const LEGEND_LINE: f64 = 16.0;
/// Space below all charts.
const LAST_LINE: f64 = 24.0;

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Draws the line dashed if `true`.
    pub dashed: bool,
}

impl Line {
    /// Returns a solid line.
    #[must_use]
    pub fn new(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.into(),
            points,
            dashed: false,
        }
    }

    /// Returns the line dashed: for a bound or a reference.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}

/// One chart of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The title above the chart.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines. Colours repeat from the eighth line on.
    pub lines: Vec<Line>,
}

/// Returns a picture of `charts`, with `columns` charts in a row. `title` is the text for screen
/// readers; `foot` (the machine and the time) is below the charts.
#[must_use]
pub fn svg(title: &str, charts: &[Chart], in_a_row: usize, foot: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = draw(&mut text, title, charts, in_a_row.max(1), foot);
    text
}

/// Returns `text`, escaped for SVG.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn draw(
    text: &mut String,
    title: &str,
    charts: &[Chart],
    in_a_row: usize,
    foot: &str,
) -> fmt::Result {
    let rows: Vec<&[Chart]> = charts.chunks(in_a_row).collect();
    let heights: Vec<f64> = rows.iter().map(|row| height(row)).collect();
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" \
         style=\"max-width:100%;background:#fff;font:12px sans-serif\">\n<title>{}</title>",
        STRIDE * count(in_a_row.min(charts.len().max(1))),
        heights.iter().sum::<f64>() + LAST_LINE,
        escaped(title)
    )?;
    let mut top = 0.0;
    for (row, height) in rows.iter().zip(heights) {
        for (column, chart) in row.iter().enumerate() {
            chart.draw(text, STRIDE * count(column), top)?;
        }
        top += height;
    }
    writeln!(
        text,
        "<text x=\"4\" y=\"{:.0}\" fill=\"#555\">{}</text>\n</svg>",
        top + LAST_LINE - 8.0,
        escaped(foot)
    )
}

fn height(row: &[Chart]) -> f64 {
    let lines = row.iter().map(|chart| chart.lines.len()).max();
    TOP + HEIGHT + FOOT + LEGEND_LINE * count(lines.unwrap_or(0)) + 10.0
}

#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

impl Chart {
    fn draw(&self, text: &mut String, at: f64, above: f64) -> fmt::Result {
        let (left, top) = (at + LEFT, above + TOP);
        let (right, bottom) = (left + WIDTH, top + HEIGHT);
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = self.x.span(points().map(|point| point.0));
        let y = self.y.span(points().map(|point| point.1));
        let title = escaped(&self.title);
        writeln!(
            text,
            "<text x=\"{left:.0}\" y=\"{:.0}\" font-weight=\"bold\">{title}</text>",
            above + 18.0
        )?;
        for tick in y.ticks() {
            let at = bottom - y.place(tick) * HEIGHT;
            writeln!(
                text,
                "<path d=\"M{left:.0} {at:.1}H{right:.0}\" stroke=\"#ddd\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 5.0,
                at + 4.0,
                short(tick)
            )?;
        }
        for tick in x.ticks() {
            let at = left + x.place(tick) * WIDTH;
            writeln!(
                text,
                "<path d=\"M{at:.1} {bottom:.0}v4\" stroke=\"#333\"/>\
                 <text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                short(tick)
            )?;
        }
        writeln!(
            text,
            "<path d=\"M{left:.0} {top:.0}V{bottom:.0}H{right:.0}\" fill=\"none\" stroke=\"#333\"/>"
        )?;
        let (across, up) = (escaped(&self.x.label), escaped(&self.y.label));
        writeln!(
            text,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{across}</text>\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{up}</text>",
            left + WIDTH / 2.0,
            bottom + 31.0,
            right,
            above + 30.0
        )?;
        for (number, line) in self.lines.iter().enumerate() {
            let colour = COLOURS.get(number % COLOURS.len()).unwrap_or(&"#000000");
            let shown = line.points.iter();
            let shown = shown.filter(|(a, b)| self.x.shows(*a) && self.y.shows(*b));
            let places = shown.map(|(a, b)| {
                let (a, b) = (left + x.place(*a) * WIDTH, bottom - y.place(*b) * HEIGHT);
                format!("{a:.1},{b:.1}")
            });
            let dashes = match line.dashed {
                true => " stroke-dasharray=\"6 4\"",
                false => "",
            };
            writeln!(
                text,
                "{}{dashes}/>",
                polyline(&places.collect::<Vec<_>>(), colour)
            )?;
            let below = bottom + FOOT + LEGEND_LINE * count(number) + 8.0;
            writeln!(
                text,
                "<text x=\"{left:.0}\" y=\"{below:.0}\" fill=\"{colour}\">{}</text>",
                escaped(&line.name)
            )?;
        }
        Ok(())
    }
}

/// Returns a line through `places`, each `x,y`, without the closing `/>`.
#[must_use]
pub fn polyline(places: &[String], colour: &str) -> String {
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"",
        places.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_every_line_within_its_plot() {
        let chart = |name: &str| Chart {
            title: format!("{name} <&>"),
            x: Axis::log("n"),
            y: Axis::linear("share"),
            lines: vec![
                Line::new(
                    "a",
                    vec![(0.0, 1.0), (1.0, 2.0), (10.0, f64::NAN), (100.0, 4.0)],
                ),
                Line::new("b", Vec::new()).dashed(),
            ],
        };
        let picture = svg("t", &[chart("1"), chart("2"), chart("3")], 2, "here & now");
        assert_eq!(picture.matches("<polyline").count(), 6);
        assert_eq!(picture.matches("stroke-dasharray").count(), 3);
        assert!(picture.contains("1 &lt;&amp;&gt;") && !picture.contains("NaN"));
        assert!(picture.contains(">here &amp; now</text>"), "{picture}");
        let first = "points=\"62.0,129.0 362.0,34.0\"";
        assert!(picture.contains(first), "{picture}");
    }
}
