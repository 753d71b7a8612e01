//! The ratios as a picture: bars on a logarithmic axis, in SVG.

use std::fmt::{self, Write};

use super::figures::{Report, Row, Spread};
use super::format;

const LEFT: f64 = 360.0;
const WIDTH: f64 = 420.0;
const TOP: f64 = 46.0;
const STRIDE: f64 = 24.0;
const BAR: f64 = 14.0;
/// A colour that is told apart by everybody, also in grey (Okabe and Ito).
const COLOUR: &str = "#0072b2";

/// How many times better each row is than py-ipv8.
pub fn svg(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = draw(&mut text, report);
    text
}

fn draw(text: &mut String, report: &Report) -> fmt::Result {
    let bars: Vec<(&Row, Spread)> = report
        .rows
        .iter()
        .filter_map(|row| Some((row, row.summary.times_python?)))
        .collect();
    let decades = decades(bars.iter().map(|(_, spread)| spread.maximum));
    let bottom = TOP + STRIDE * bars.len() as f64;
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" \
         style=\"max-width:100%;background:#fff;font:12px sans-serif\">",
        LEFT + WIDTH + 110.0,
        bottom + 44.0
    )?;
    writeln!(
        text,
        "<title>How many times better than py-ipv8 3.2.1</title>"
    )?;
    writeln!(
        text,
        "<text x=\"{LEFT:.0}\" y=\"18\" font-weight=\"bold\">times better than py-ipv8 3.2.1 (median; the line: least and greatest)</text>"
    )?;
    for decade in 0..=decades {
        let x = LEFT + WIDTH * f64::from(decade) / f64::from(decades);
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
        bar(text, TOP + STRIDE * place as f64, row, *spread, decades)?;
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

fn bar(text: &mut String, top: f64, row: &Row, spread: Spread, decades: u32) -> fmt::Result {
    let middle = top + STRIDE / 2.0;
    let [least, median, greatest] =
        [spread.minimum, spread.median, spread.maximum].map(|times| place(times, decades));
    writeln!(
        text,
        "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        LEFT - 6.0,
        middle + 4.0,
        escaped(&row.work)
    )?;
    writeln!(
        text,
        "<rect x=\"{LEFT:.0}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BAR:.0}\" fill=\"{COLOUR}\"/>",
        middle - BAR / 2.0,
        (median - LEFT).max(1.0)
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

/// Where so many times lie on the axis. What is below once is drawn there.
fn place(times: f64, decades: u32) -> f64 {
    LEFT + WIDTH * times.max(1.0).log10() / f64::from(decades)
}

/// How many powers of ten the axis has.
fn decades(greatest: impl Iterator<Item = f64>) -> u32 {
    let greatest = greatest.fold(10.0, f64::max).log10().ceil();
    // At least one, and no ratio is anywhere near the greatest number there is.
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
        assert_eq!((place(1.0, 4), place(0.5, 4)), (LEFT, LEFT));
        assert_eq!(place(10_000.0, 4), LEFT + WIDTH);
    }

    #[test]
    fn texts_cannot_break_the_picture() {
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
