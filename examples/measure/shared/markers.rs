//! Writes Markdown: wraps paragraphs, and replaces a part of a file between two marker lines.

use std::path::Path;
use std::{error, fs};

/// The columns of a Markdown line.
const COLUMNS: usize = 100;

/// Returns the marker lines of the part called `name`.
fn markers(name: &str) -> [String; 2] {
    ["begin", "end"].map(|place| format!("<!-- {name}: {place} -->"))
}

/// Puts `table` between the markers `<!-- name: begin -->` and `<!-- name: end -->` of the file.
///
/// # Errors
/// The file cannot be read or written, or it has no markers.
pub fn write_into(path: &Path, name: &str, table: &str) -> Result<(), Box<dyn error::Error>> {
    let file = path.display();
    let old = fs::read_to_string(path).map_err(|error| format!("cannot read {file}: {error}"))?;
    let new = replaced(&old, name, table).ok_or_else(|| {
        let [begin, end] = markers(name);
        format!("{file} needs a line `{begin}` and, after it, a line `{end}`")
    })?;
    fs::write(path, new).map_err(|error| format!("cannot write {file}: {error}"))?;
    Ok(())
}

/// Returns a paragraph whose lines have at most 100 columns, with a line break at its end.
#[must_use]
pub fn wrapped(text: &str) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > COLUMNS {
            wrapped.push('\n');
            width = 0;
        }
        if width > 0 {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += length;
    }
    wrapped.push('\n');
    wrapped
}

fn replaced(old: &str, name: &str, table: &str) -> Option<String> {
    let [begin, end] = markers(name);
    let (before, rest) = old.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_between_the_markers_is_replaced() {
        let (begin, end) = ("<!-- some: begin -->", "<!-- some: end -->");
        let others = "<!-- other: begin -->\nkept\n<!-- other: end -->";
        let old = format!("{others}\n{begin}\nold\n{end}\nbelow\n");
        let new = replaced(&old, "some", "| new |\n");
        assert_eq!(
            new,
            Some(format!("{others}\n{begin}\n| new |\n{end}\nbelow\n"))
        );
        assert_eq!(replaced("no markers", "some", ""), None);
        assert_eq!(replaced(&old, "none", ""), None);
        assert_eq!(replaced(&format!("{end} {begin}"), "some", ""), None);
    }

    #[test]
    fn a_paragraph_is_wrapped_at_100_columns() {
        let full = "µ".repeat(49);
        let text = format!("{full} {full}µ {full}");
        let expected = format!("{full} {full}µ\n{full}\n");
        assert_eq!(wrapped(&text), expected);
        assert_eq!(wrapped("short"), "short\n");
    }
}
