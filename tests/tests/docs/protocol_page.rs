//! Comments cite the protocol by section. The sections are on a page of the library's
//! documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../../ipv8-core/src/guide/protocol.md");

/// Returns the number of each heading, and of each item in the numbered list of section 16.
fn sections() -> BTreeSet<String> {
    let heading = |line: &str| {
        let title = line.strip_prefix('#')?.trim_start_matches('#').trim_start();
        title.split(' ').next().map(str::to_owned)
    };
    let (_, differences) = PAGE.split_once("\n# 16 ").expect("section 16");
    let item = |line: &str| {
        let (number, _) = line.split_once(". ")?;
        number
            .parse::<u8>()
            .ok()
            .map(|number| format!("16.{number}"))
    };
    let headings = PAGE.lines().filter_map(heading);
    headings
        .chain(differences.lines().filter_map(item))
        .collect()
}

/// Returns the numbers after `protocol ` in a text, also after a comma: `protocol 4.4, 16.8`.
fn cited(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("protocol ") {
        let mut rest = &text[at + word.len()..];
        loop {
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches('.');
            if number.is_empty() {
                break;
            }
            found.push(number.to_owned());
            let Some(next) = [", ", " and "]
                .iter()
                .find_map(|and| rest[end..].strip_prefix(and))
            else {
                break;
            };
            rest = next;
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_section_cited_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in [
        "ipv8-core/src",
        "ipv8-macros/src",
        "examples",
        "tests/src",
        "tests/tests",
    ] {
        sources(&root.join(folder), &mut files);
    }
    let (sections, mut count) = (sections(), 0);
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        // A citation may span two lines of a comment.
        let lines = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches(['/', '!']).trim());
        for number in cited(&lines.collect::<Vec<_>>().join(" ")) {
            count += 1;
            assert!(
                sections.contains(&number),
                "{} cites {number}",
                file.display()
            );
        }
    }
    assert!(count > 50, "only {count} citations found");
}

#[test]
fn citations_are_read_whole() {
    assert_eq!(
        cited("as in protocol 4.4, 16.8. The protocol is"),
        ["4.4", "16.8"]
    );
    assert_eq!(cited("(protocol 1.1 and 9), protocol 2"), ["1.1", "9", "2"]);
    assert!(sections().contains("16.3") && !sections().contains("13"));
}
