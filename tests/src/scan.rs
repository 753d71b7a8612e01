//! Reads Rust source just well enough to find the names a module uses. Comments, strings and code
//! that is compiled only for tests are left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One source file of a crate.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path below `src`, with slashes.
    pub path: String,
    /// The code. It has the same number of lines, with blanks for omitted text.
    pub code: String,
}

impl Source {
    /// Creates the source at `path` from its text.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            code: without_tests(&without_comments(text)),
        }
    }

    /// Returns the module path of the file: `network/mod.rs` and `network.rs` are `["network"]`.
    #[must_use]
    pub fn module(&self) -> Vec<&str> {
        let stem = self.path.trim_end_matches(".rs");
        stem.split('/')
            .filter(|part| !["mod", "lib"].contains(part))
            .collect()
    }

    /// Returns every line that contains `name` as a whole word (or path), with its number.
    #[must_use]
    pub fn lines_naming(&self, name: &str) -> Vec<usize> {
        let lines = self.code.lines().zip(1..);
        lines
            .filter(|(line, _)| names(line, name))
            .map(|(_, number)| number)
            .collect()
    }
}

/// Returns `true` if `line` has `name` without a letter, digit or underscore on either side.
fn names(line: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Blanks out comments, strings and character literals.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = skipped(rest, code.chars().next_back());
        let taken = if skipped == 0 { c.len_utf8() } else { skipped };
        let (head, tail) = rest.split_at(taken);
        if skipped == 0 {
            code.push(c);
        } else {
            code.extend(head.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = tail;
    }
    code
}

/// Returns how many bytes at the start of `rest` are a comment, a string or a character literal.
fn skipped(rest: &str, before: Option<char>) -> usize {
    let after_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('"') {
        return text_end(rest);
    }
    if rest.starts_with('r') && !after_word {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return rest[from..]
                .find(&end)
                .map_or(rest.len(), |at| from + at + end.len());
        }
    }
    if rest.starts_with('\'') {
        return letter_end(rest);
    }
    0
}

fn text_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character literal; 0 for a lifetime.
fn letter_end(rest: &str) -> usize {
    let mut inside = rest[1..].char_indices();
    match inside.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(0, |at| at + 4),
        Some((_, c)) if rest[1 + c.len_utf8()..].starts_with('\'') => c.len_utf8() + 2,
        _ => 0,
    }
}

/// Blanks out every item under `#[cfg(test)]`. [`crate_sources`] omits a test module that has a
/// file to itself.
fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    while let Some(start) = code.find("#[cfg(test)]") {
        let (mut depth, mut end) = (0_usize, code.len());
        for (at, c) in code[start..].char_indices().skip("#[cfg(test)]".len()) {
            match c {
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && (c == '}' || c == ';') {
                end = start + at + 1;
                break;
            }
        }
        let blank: String = code[start..end]
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// Reads every file below `src`, except modules named `tests`.
///
/// # Panics
///
/// Panics if the folder cannot be read.
#[must_use]
pub fn crate_sources(src: &Path) -> Vec<Source> {
    let mut found = BTreeMap::new();
    let mut folders = vec![src.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder") {
            let path: PathBuf = entry.expect("an entry").path();
            let stem = path.file_stem().unwrap_or_default();
            if stem == "tests" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(src).expect("below the sources");
                let name = below.to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).expect("a source file");
                found.insert(name.clone(), Source::new(&name, &text));
            }
        }
    }
    found.into_values().collect()
}
