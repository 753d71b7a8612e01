//! Replaces a part of a text file between two marker lines.

use std::path::Path;
use std::{error, fs};

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
    fn only_what_stands_between_the_markers_is_replaced() {
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
}
