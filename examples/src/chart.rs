//! Line charts as SVG, for examples that draw what they measured: axes with ticks, linear or logarithmic, a legend below.
//!
//! ```
//! use ipv8_examples::chart::{Axis, Chart, Line, svg};
//!
//! let chart = Chart {
//!     title: "cost of a look-up".to_owned(),
//!     x: Axis::log("peers"),
//!     y: Axis::log("ns").from(1.0),
//!     lines: vec![Line::new("unknown source", vec![(10.0, 180.0), (10_000.0, 185.0)])],
//! };
//! let picture = svg("Growth", &[chart], 1);
//! assert!(picture.starts_with("<svg") && picture.contains("unknown source"));
//! ```

use std::fmt::{self, Write};

/// Colours that are told apart by everybody, also in grey (Okabe and Ito).
pub const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 34.0;
const STRIDE: f64 = 400.0;
/// Below the plot: ticks and the label of the axis.
const FOOT: f64 = 40.0;
const LEGEND_LINE: f64 = 16.0;

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long; values of zero and below are left out.
    Log,
}

/// One axis. What it spans follows from the points, unless it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is measured, with its unit.
    pub label: String,
    /// How values are laid out.
    pub scale: Scale,
    /// Where it begins at the latest; `None`: at the smallest value (linear: at zero).
    pub low: Option<f64>,
    /// Where it ends at the earliest; `None`: at the largest value.
    pub high: Option<f64>,
}

impl Axis {
    /// A linear axis from zero to the largest value.
    #[must_use]
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            scale: Scale::Linear,
            low: None,
            high: None,
        }
    }

    /// A logarithmic axis, from the power of ten below the smallest value to the one above the largest.
    #[must_use]
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            scale: Scale::Log,
            ..Self::linear(label)
        }
    }

    /// The axis begins at `low`, or below if there are smaller values.
    #[must_use]
    pub fn from(mut self, low: f64) -> Self {
        self.low = Some(low);
        self
    }

    /// The axis ends at `high`, or above if there are larger values.
    #[must_use]
    pub fn to(mut self, high: f64) -> Self {
        self.high = Some(high);
        self
    }

    /// From where to where it goes when it shows `values`.
    fn span(&self, values: impl Iterator<Item = f64>) -> Span {
        let shown = values.filter(|value| self.shows(*value));
        let told = [self.low, self.high].into_iter().flatten();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in shown.chain(told.filter(|value| self.shows(*value))) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (1.0, 1.0);
        }
        match self.scale {
            Scale::Linear => {
                let low = low.min(0.0);
                let step = tick_step(high - low);
                let high = (high / step).ceil() * step;
                Span::Linear { low, high, step }
            }
            Scale::Log => {
                let low = low.log10().floor();
                Span::Log {
                    low,
                    high: high.log10().ceil().max(low + 1.0),
                }
            }
        }
    }

    fn shows(&self, value: f64) -> bool {
        value.is_finite() && (self.scale == Scale::Linear || value > 0.0)
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides `range` in about five.
fn tick_step(range: f64) -> f64 {
    if range <= 0.0 {
        return 1.0;
    }
    let rough = range / 5.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= rough * 0.99);
    factor.unwrap_or(10.0) * power
}

/// An axis that knows where it begins and ends.
enum Span {
    Linear {
        low: f64,
        high: f64,
        step: f64,
    },
    /// In powers of ten.
    Log {
        low: f64,
        high: f64,
    },
}

impl Span {
    /// Where `value` lies, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let (value, low, high) = match self {
            Self::Linear { low, high, .. } => (value, *low, *high),
            Self::Log { low, high } => (value.log10(), *low, *high),
        };
        ((value - low) / (high - low).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> Vec<f64> {
        let (low, high, step) = match self {
            Self::Linear { low, high, step } => (*low, *high, *step),
            // No more than seven, whatever the range.
            Self::Log { low, high } => (*low, *high, ((high - low) / 6.0).ceil().max(1.0)),
        };
        let mut ticks = Vec::new();
        let mut tick = low;
        while tick <= high + step / 1e3 && ticks.len() < 32 {
            ticks.push(match self {
                Self::Linear { .. } => tick,
                Self::Log { .. } => 10.0_f64.powf(tick),
            });
            tick += step;
        }
        ticks
    }
}

/// A short text for a value: `0.01`, `50`, `20k`, `1M`.
#[must_use]
pub fn short(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    };
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text}{unit}")
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is called in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Whether it is drawn dashed.
    pub dashed: bool,
}

impl Line {
    /// A line that is not dashed.
    #[must_use]
    pub fn new(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.into(),
            points,
            dashed: false,
        }
    }

    /// The same line, dashed: for a bound, or for what the others are compared with.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}

/// One chart of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What stands above it.
    pub title: String,
    /// What goes to the right.
    pub x: Axis,
    /// What goes up.
    pub y: Axis,
    /// The lines; from the eighth on, colours come again.
    pub lines: Vec<Line>,
}

/// A picture of `charts`, so many in a row; `title` is for those who cannot see it.
#[must_use]
pub fn svg(title: &str, charts: &[Chart], in_a_row: usize) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = draw(&mut text, title, charts, in_a_row.max(1));
    text
}

/// `text` as it may stand in SVG.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn draw(text: &mut String, title: &str, charts: &[Chart], in_a_row: usize) -> fmt::Result {
    let rows: Vec<&[Chart]> = charts.chunks(in_a_row).collect();
    let heights: Vec<f64> = rows.iter().map(|row| height(row)).collect();
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" \
         style=\"max-width:100%;background:#fff;font:12px sans-serif\">\n<title>{}</title>",
        STRIDE * count(in_a_row.min(charts.len().max(1))),
        heights.iter().sum::<f64>(),
        escaped(title)
    )?;
    let mut top = 0.0;
    for (row, height) in rows.iter().zip(heights) {
        for (column, chart) in row.iter().enumerate() {
            chart.draw(text, STRIDE * count(column), top)?;
        }
        top += height;
    }
    writeln!(text, "</svg>")
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

/// The beginning of a line through `places`, each `x,y`; what it lacks is `/>`.
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
    fn ticks_are_round_and_cover_the_values() {
        let span = Axis::linear("ms").span([0.0, 47.0].into_iter());
        assert_eq!(span.ticks(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        let span = Axis::log("peers").span([10.0, 20_000.0].into_iter());
        let ticks: Vec<_> = span.ticks().into_iter().map(short).collect();
        assert_eq!(ticks, ["10", "100", "1k", "10k", "100k"]);
        assert!((span.place(10.0), span.place(1e5)) == (0.0, 1.0));
        assert_eq!(
            Axis::log("none").span([0.0].into_iter()).ticks(),
            [1.0, 10.0]
        );
        let flat = Axis::log("ns").from(1.0).to(1e3).span([20.0].into_iter());
        assert_eq!(flat.ticks().len(), 4);
    }

    #[test]
    fn texts_are_short() {
        let texts = [0.0, 0.05, 1.0, 2.5, 999.0, 1_500.0, 2e6, 3e9].map(short);
        assert_eq!(texts, ["0", "0.05", "1", "2.5", "999", "1.5k", "2M", "3G"]);
    }

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
        let picture = svg("t", &[chart("1"), chart("2"), chart("3")], 2);
        assert_eq!(picture.matches("<polyline").count(), 6);
        assert_eq!(picture.matches("stroke-dasharray").count(), 3);
        assert!(picture.contains("1 &lt;&amp;&gt;") && !picture.contains("NaN"));
        let first = "points=\"62.0,129.0 362.0,34.0\"";
        assert!(picture.contains(first), "{picture}");
    }
}
