//! Code with mistakes (`ui/fail`): each is refused, with the message and at the token that the `.stderr` beside it shows.
//!
//! Whole messages are compared on the toolchain that the workspace names, because much of their text is rustc's. On any
//! other each case must fail, and its first error must begin as expected. `TRYBUILD=overwrite` writes the messages anew.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WORKSPACE: &str = include_str!("../../../Cargo.toml");

#[test]
fn every_mistake_is_refused() {
    if rustc_version().contains(&format!(" {} ", ui_toolchain())) {
        trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
    } else {
        compare_first_lines(&first_errors());
    }
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
fn no_error_speaks_of_hidden_things() {
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

/// The first error of each case on this toolchain: its code, if it is rustc's own, and its text.
fn first_errors() -> BTreeMap<String, (Option<String>, String)> {
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
        .args([
            "check",
            "--bins",
            "--keep-going",
            "--message-format=json",
            "--target-dir",
        ])
        .arg(folder.join("target"));
    let mut found = BTreeMap::new();
    for line in run(cargo.current_dir(&folder)).lines() {
        let report: Value = serde_json::from_str(line).unwrap_or_default();
        let (target, message) = (&report["target"]["name"], &report["message"]);
        if let (Some(target), Some("error")) = (target.as_str(), message["level"].as_str()) {
            let code = message["code"]["code"].as_str().map(str::to_owned);
            let text = message["message"].as_str().unwrap_or_default().to_owned();
            found.entry(target.to_owned()).or_insert((code, text));
        }
    }
    found
}

/// Our own messages are the same everywhere; of rustc's only the code is.
fn compare_first_lines(found: &BTreeMap<String, (Option<String>, String)>) {
    for case in cases() {
        let expected = expected(&case);
        let first = expected
            .lines()
            .find(|line| line.starts_with("error"))
            .unwrap_or_default();
        match found.get(&name(&case)) {
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
