//! The last screen as an SVG, for pages that show what the program prints.

use std::fmt::Write as _;

/// Size of one character cell in a 14 pixel monospaced font.
const COLUMN: f64 = 8.43;
const ROW: f64 = 19.0;
const MARGIN: f64 = 18.0;

/// Returns `screen` as an SVG that looks like a terminal. Its width fits the longest line.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn svg(screen: &str) -> String {
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let columns = lines.iter().map(|line| line.chars().count()).max();
    let width = columns.unwrap_or(0) as f64 * COLUMN + 2.0 * MARGIN;
    let height = lines.len() as f64 * ROW + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#161b22\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"14\" fill=\"#e6edf3\" xml:space=\"preserve\">\n"
    );
    for (index, line) in lines.iter().enumerate() {
        let y = MARGIN + (index as f64 + 0.8) * ROW;
        let _ = write!(svg, "<text x=\"{MARGIN}\" y=\"{y:.1}\"");
        if index == 0 {
            svg.push_str(" font-weight=\"bold\"");
        }
        let _ = writeln!(svg, ">{}</text>", coloured(line));
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Returns the line with its bars (`#` and `.` in a row of seven) in colour.
fn coloured(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('#') {
        let end = rest[start..]
            .find(|c| c != '#')
            .map_or(rest.len(), |length| start + length);
        text.push_str(&escaped(&rest[..start]));
        let _ = write!(
            text,
            "<tspan fill=\"#3fb950\">{}</tspan>",
            &rest[start..end]
        );
        rest = &rest[end..];
    }
    text + &escaped(rest)
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
    fn every_line_is_in_the_picture_and_bars_have_a_colour() {
        let svg = svg("head <1>\n\n  1 ###.... 9");
        assert!(svg.contains("head &lt;1&gt;</text>"), "{svg}");
        let bar = "  1 <tspan fill=\"#3fb950\">###</tspan>.... 9</text>";
        assert!(svg.contains(bar), "{svg}");
        assert!(svg.ends_with("</svg>\n"), "{svg}");
    }
}
