//! Code with mistakes (`ui/fail`): the compiler refuses each case with the messages, at the
//! locations, that the `.stderr` file next to it lists.
//!
//! Excerpts from other files are left out: these files change for other reasons, and rustc shows
//! those of the standard library only if rustup's component `rust-src` is installed. Much of the
//! text is rustc's, so whole messages are compared only on the toolchain that the workspace names.
//! On any other toolchain, each case must fail and its first error must begin as expected.
//!
//! `UPDATE_SNAPSHOTS=1` rewrites the `.stderr` files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const WORKSPACE: &str = include_str!("../../../Cargo.toml");

#[test]
fn every_mistake_is_refused() {
    let found = errors();
    if !rustc_version().contains(&format!(" {} ", ui_toolchain())) {
        compare_first_lines(&found);
        return;
    }
    let mut wrong = String::new();
    for case in cases() {
        let reports = found.get(&name(&case)).map_or(&[][..], Vec::as_slice);
        assert!(!reports.is_empty(), "{} compiles", case.display());
        let mut texts: Vec<String> = Vec::new();
        for report in reports {
            let text = without_other_files(&report.rendered);
            // Two reports may differ only in their excerpts from other files.
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let text = texts.join("\n");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            let path = case.with_extension("stderr");
            fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        } else if text != expected(&case) {
            let _ = writeln!(
                wrong,
                "== {}, expected:\n{}== found:\n{text}",
                name(&case),
                expected(&case)
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn there_are_at_least_forty_cases_and_each_has_its_messages() {
    let cases = cases();
    assert!(cases.len() >= 40, "{}", cases.len());
    for case in cases {
        assert!(case.with_extension("stderr").exists(), "{}", case.display());
    }
}

#[test]
fn every_error_points_into_the_case() {
    for case in cases() {
        let place = format!("--> ui/fail/{}.rs:", name(&case));
        let errors = expected(&case);
        let lines: Vec<&str> = errors.lines().collect();
        for (index, error) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.starts_with("error"))
        {
            let next = lines.get(index + 1).copied().unwrap_or_default();
            assert!(next.contains(&place), "{}: {error}\n{next}", case.display());
        }
    }
}

#[test]
fn no_error_mentions_hidden_names() {
    for case in cases() {
        for line in expected(&case)
            .lines()
            .filter(|line| line.starts_with("error"))
        {
            assert!(!line.contains("__"), "{}: {line}", case.display());
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut cases: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn expected(case: &Path) -> String {
    let path = case.with_extension("stderr");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn ui_toolchain() -> &'static str {
    let line = WORKSPACE
        .lines()
        .find_map(|line| line.strip_prefix("ui-toolchain = "));
    line.unwrap_or_default().trim_matches('"')
}

fn rustc_version() -> String {
    run(Command::new("rustc").arg("--version"))
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// An error of rustc.
struct Report {
    /// The error code. Only rustc's own errors have one.
    code: Option<String>,
    text: String,
    rendered: String,
}

/// Returns the errors of each case on this toolchain.
fn errors() -> BTreeMap<String, Vec<Report>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut manifest = format!(
        "[package]\nname = \"ui\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nipv8-core = {{ path = {:?} }}\n",
        root.join("ipv8-core")
    );
    for case in cases() {
        let _ = write!(
            manifest,
            "[[bin]]\nname = {:?}\npath = {case:?}\n",
            name(&case)
        );
    }
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let wrote = fs::write(folder.join("Cargo.toml"), manifest)
        .and(fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")));
    wrote.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        // The cases are built once, so incremental data is of no use.
        .env("CARGO_INCREMENTAL", "0")
        .args([
            "check",
            "--bins",
            "--keep-going",
            "--message-format=json",
            "--target-dir",
        ])
        .arg(folder.join("target"));
    let mut found: BTreeMap<String, Vec<Report>> = BTreeMap::new();
    for line in run(cargo.current_dir(&folder)).lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        let (target, message) = (&line["target"]["name"], &line["message"]);
        let text = |field: &Value| field.as_str().map(str::to_owned);
        let is_sum = message["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("aborting "));
        if message["level"] == "error" && !is_sum {
            let report = Report {
                code: text(&message["code"]["code"]),
                text: text(&message["message"]).unwrap_or_default(),
                rendered: text(&message["rendered"]).unwrap_or_default(),
            };
            let target = text(target).unwrap_or_default();
            found.entry(target).or_default().push(report);
        }
    }
    found
}

/// Returns a message without the excerpts from other files, indented as if there were none.
fn without_other_files(rendered: &str) -> String {
    let here = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    let case = format!("{here}ui/fail/");
    let mut kept: Vec<String> = Vec::new();
    // The width of rustc's gutter, and the width that the remaining lines need.
    let (mut indented, mut needed) = (0, 1);
    let (mut elsewhere, mut in_library) = (false, false);
    for line in rendered.trim_end().lines() {
        let inside = line.trim_start();
        let signs = inside.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = inside.len() - signs.len();
        let marks: &[char] = if digits > 0 {
            &['|', '-', '+', '~']
        } else {
            &['|']
        };
        let shows_code = signs.trim_start().starts_with(marks) || inside.starts_with("...");
        let mut arrows = ["--> ", "::: "].iter();
        let place = arrows.find_map(|arrow| inside.strip_prefix(arrow));
        if let Some(place) = place {
            indented = line.len() - inside.len();
            elsewhere = !place.starts_with(&case) || place.contains("/../");
            in_library = place.contains("/rustc/") || place.contains("/rustlib/src/");
        } else if !shows_code && !line.starts_with(' ') {
            (elsewhere, in_library) = (false, false);
        }
        // rustc writes long type names to a file and reports its path.
        let of_files = [".long-type-", "consider using `--verbose`"];
        if of_files.iter().any(|note| line.contains(note)) {
            continue;
        }
        if in_library {
            // If the library's source is missing, rustc prints notes instead of labels, and omits
            // the empty lines.
            kept.pop_if(|line| line.trim() == "|");
        } else if !(elsewhere && (shows_code || place.is_some())) {
            needed = needed.max(if shows_code { digits } else { 0 });
            kept.push(counted(&line.replace(&here, "")));
        }
    }
    let spare = " ".repeat(indented.saturating_sub(needed));
    let mut text = String::new();
    let mut below_headline = false;
    for line in kept {
        let continues = line.starts_with("      ") && !line.contains('|');
        below_headline = !line.starts_with([' ', '.']) || below_headline && continues;
        let moved = match line.strip_prefix("...") {
            Some(rest) => format!("...{}", rest.strip_prefix(&spare).unwrap_or(rest)),
            None if below_headline => line,
            None => line
                .strip_prefix(&spare)
                .map_or_else(|| line.clone(), str::to_owned),
        };
        let _ = writeln!(text, "{}", moved.trim_end());
    }
    text
}

/// Replaces the number in "and 12 others", because every crate adds types to it.
fn counted(line: &str) -> String {
    let others = line.strip_suffix(" others");
    match others.and_then(|line| line.rsplit_once("and ")) {
        Some((before, number)) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{before}and $N others")
        }
        _ => line.to_owned(),
    }
}

/// Compares the first error of each case. Our own messages are the same on every toolchain; for
/// rustc's errors, only the code is.
fn compare_first_lines(found: &BTreeMap<String, Vec<Report>>) {
    for case in cases() {
        let expected = expected(&case);
        let first = expected
            .lines()
            .find(|line| line.starts_with("error"))
            .unwrap_or_default();
        let report = found.get(&name(&case)).and_then(|reports| reports.first());
        match report.map(|report| (&report.code, &report.text)) {
            None => panic!("{} compiles", case.display()),
            Some((Some(code), _)) => assert!(
                first.starts_with(&format!("error[{code}]:")),
                "{}: {code}",
                case.display()
            ),
            Some((None, text)) => assert_eq!(first, format!("error: {text}"), "{}", case.display()),
        }
    }
}
