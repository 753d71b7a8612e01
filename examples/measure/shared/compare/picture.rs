//! Draws the ratios as an SVG: bars on a logarithmic axis.

use std::fmt::{self, Write};

use super::figures::{Report, Row, Spread};
use super::format;

/// Minimum width of the names of the rows, and the width of a letter.
const LEFT: f64 = 360.0;
const LETTER: f64 = 6.0;
const WIDTH: f64 = 420.0;
const TOP: f64 = 46.0;
const STRIDE: f64 = 24.0;
const BAR: f64 = 14.0;
/// A colour that every reader can tell apart, also in grey (Okabe and Ito).
const COLOUR: &str = "#0072b2";

/// Returns a picture of the ratio of each row to py-ipv8.
pub fn svg(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = draw(&mut text, report);
    text
}

fn draw(text: &mut String, report: &Report) -> fmt::Result {
    let bars: Vec<(&Row, Spread)> = report
        .rows
        .iter()
        .filter_map(|row| Some((row, row.summary.times_python?)))
        .collect();
    let axis = Axis {
        left: left(bars.iter().map(|(row, _)| row.work.as_str())),
        decades: decades(bars.iter().map(|(_, spread)| spread.maximum)),
    };
    let Axis { left, decades } = axis;
    let bottom = TOP + STRIDE * bars.len() as f64;
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" \
         style=\"max-width:100%;background:#fff;font:12px sans-serif\">",
        left + WIDTH + 110.0,
        bottom + 44.0
    )?;
    writeln!(
        text,
        "<title>How many times better than py-ipv8 3.2.1</title>"
    )?;
    writeln!(
        text,
        "<text x=\"{left:.0}\" y=\"18\" font-weight=\"bold\">times better than py-ipv8 3.2.1 (median; the line shows least and greatest)</text>"
    )?;
    for decade in 0..=decades {
        let x = left + WIDTH * f64::from(decade) / f64::from(decades);
        let name = format::number(10_f64.powi(decade as i32));
        writeln!(
            text,
            "<path d=\"M{x:.1} {TOP:.0}V{bottom:.0}\" stroke=\"#ccc\"/>"
        )?;
        writeln!(
            text,
            "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{name}</text>",
            TOP - 6.0
        )?;
    }
    for (place, (row, spread)) in bars.iter().enumerate() {
        bar(text, TOP + STRIDE * place as f64, row, *spread, axis)?;
    }
    let machine = &report.machine;
    writeln!(
        text,
        "<text x=\"4\" y=\"{:.0}\" fill=\"#555\">{}, {}, {} UTC</text>",
        bottom + 30.0,
        escaped(&machine.processor),
        escaped(&machine.kernel),
        machine.date
    )?;
    writeln!(text, "</svg>")
}

fn bar(text: &mut String, top: f64, row: &Row, spread: Spread, axis: Axis) -> fmt::Result {
    let middle = top + STRIDE / 2.0;
    let [least, median, greatest] =
        [spread.minimum, spread.median, spread.maximum].map(|times| axis.place(times));
    let left = axis.left;
    writeln!(
        text,
        "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        left - 6.0,
        middle + 4.0,
        escaped(&row.work)
    )?;
    writeln!(
        text,
        "<rect x=\"{left:.0}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BAR:.0}\" fill=\"{COLOUR}\"/>",
        middle - BAR / 2.0,
        (median - left).max(1.0)
    )?;
    writeln!(
        text,
        "<path d=\"M{least:.1} {middle:.1}H{greatest:.1}\" stroke=\"#000\" stroke-width=\"2\"/>"
    )?;
    writeln!(
        text,
        "<text x=\"{:.1}\" y=\"{:.1}\">{}x</text>",
        median.max(greatest) + 6.0,
        middle + 4.0,
        format::number(spread.median)
    )
}

/// The beginning of the bars, and the number of powers of ten.
#[derive(Clone, Copy)]
struct Axis {
    left: f64,
    decades: u32,
}

impl Axis {
    /// Returns the position of a ratio. Ratios below 1 are drawn at 1.
    fn place(self, times: f64) -> f64 {
        self.left + WIDTH * times.max(1.0).log10() / f64::from(self.decades)
    }
}

/// Returns the width of the names of the rows.
fn left<'a>(works: impl Iterator<Item = &'a str>) -> f64 {
    let longest = works.map(|work| work.chars().count()).max();
    (longest.unwrap_or(0) as f64 * LETTER + 10.0).max(LEFT)
}

/// Returns the number of powers of ten on the axis.
fn decades(greatest: impl Iterator<Item = f64>) -> u32 {
    let greatest = greatest.fold(10.0, f64::max).log10().ceil();
    // At least 1; no ratio comes near the largest number.
    greatest.clamp(1.0, 300.0) as u32
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_every_bar() {
        assert_eq!(decades([3.0].into_iter()), 1);
        assert_eq!(decades([3.0, 10.0].into_iter()), 1);
        assert_eq!(decades([3.0, 4_000.0].into_iter()), 4);
        let axis = Axis {
            left: LEFT,
            decades: 4,
        };
        assert_eq!((axis.place(1.0), axis.place(0.5)), (LEFT, LEFT));
        assert_eq!(axis.place(10_000.0), LEFT + WIDTH);
    }

    #[test]
    fn long_names_have_room() {
        assert_eq!(left(["short"].into_iter()), LEFT);
        assert_eq!(left(["ö".repeat(100).as_str()].into_iter()), 610.0);
    }

    #[test]
    fn texts_cannot_break_the_picture() {
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
