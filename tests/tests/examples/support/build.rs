//! Finds the example programs, which the same cargo builds with the same settings as this test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Returns the path of an example program, up to date with its source.
pub(crate) fn example(name: &str) -> &'static Path {
    static PROGRAMS: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(build);
    let program = programs.get(name);
    program.unwrap_or_else(|| panic!("cargo built no example {name}"))
}

/// Runs the same command that runs all tests, except that it only builds. If that command started
/// this test, there is nothing left to build. Another selection of targets can change features and
/// debug information and rebuild everything.
fn build() -> HashMap<String, PathBuf> {
    let (target_dir, profile) = layout();
    let output = Command::new(env!("CARGO"))
        .args(["test", "--workspace", "--no-run"])
        .args(["--message-format", "json"])
        .args(["--profile", &profile, "--target-dir"])
        .arg(target_dir)
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the examples do not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    messages
        .filter_map(|message| program(&message.ok()?))
        .collect()
}

/// Returns the target directory of this test, and the profile it was built with.
fn layout() -> (PathBuf, String) {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.ancestors().nth(2).expect("it is in <profile>/deps");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "test",
        Some(name) => name,
    };
    // With `--target` the path has one more folder; cargo marks the right one.
    let target_dir = folder
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists());
    // A folder that cargo did not make itself has no mark.
    let target_dir = target_dir.or(folder.parent());
    let target_dir = target_dir.expect("the profile is inside the target directory");
    (target_dir.to_owned(), profile.to_owned())
}

fn program(message: &Value) -> Option<(String, PathBuf)> {
    let name = message["target"]["name"].as_str()?;
    let is_example = message["target"]["kind"][0] == "example";
    let executable = message["executable"].as_str().filter(|_| is_example)?;
    Some((name.to_owned(), executable.into()))
}
