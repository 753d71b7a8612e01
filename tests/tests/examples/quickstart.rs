//! The quickstart as its users see it: its output and how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::build::example;

fn quickstart(arguments: &[&str]) -> Command {
    let mut command = Command::new(example("quickstart"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    quickstart(arguments).output().expect("the quickstart runs")
}

#[test]
fn json_lines_end_with_the_summary() {
    let output = run(&["--nodes", "4", "--json"]);
    let stdout = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (summary, progress) = lines.split_last().expect("lines");
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(progress.iter().all(|line| line["event"] == "progress"));
    assert!(!progress.is_empty());
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["outcome"], "reached");
    // The default target is 20, but there are only three others.
    assert_eq!(
        (&summary["target"], &summary["heard_target"]),
        (&3.into(), &3.into())
    );
    assert_eq!(summary["lacking"], Value::Array(Vec::new()));
    assert_eq!(summary["time_to_target"]["nodes"], 4);
    assert_eq!(summary["strategies"][0]["name"], "RandomWalk");
    assert_eq!(summary["strategies"][1]["target"], -1);
    assert_eq!(summary["spacing"]["even"], 250.0);
    assert!(summary["hellos"]["received"].as_u64() >= Some(12));
    assert_eq!(summary["traffic"]["panics"], 0);
}

#[test]
fn without_a_terminal_there_are_plain_lines() {
    let output = run(&["--nodes", "3", "--target", "1"]);
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(!stdout.contains('\x1b'), "{stdout}");
    assert!(stdout.contains("Every node reached its goal"), "{stdout}");
    assert!(stdout.contains("(even: 250.0)"), "{stdout}");
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn wrong_arguments_end_with_a_usage_line_and_code_2() {
    let wrong: [&[&str]; 6] = [
        &["--target", "25"],
        &["--nodes", "4", "--target", "4"],
        &["--nodes", "1"],
        &["--target", "0"],
        &["--nodes", "many"],
        &["--misspelt"],
    ];
    for arguments in wrong {
        let output = run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr.contains("Usage: quickstart"),
            "{arguments:?}: {stderr}"
        );
        assert!(output.stdout.is_empty());
    }
}

/// Runs until `enough` accepts a progress line, sends `signal`, and returns the exit code and the
/// summary.
#[cfg(unix)]
fn interrupt(arguments: &[&str], signal: &str, enough: fn(&Value) -> bool) -> (Option<i32>, Value) {
    let mut child = quickstart(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the quickstart runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a summary is last").expect("text");
        serde_json::from_str(&line).expect("JSON")
    };
    while !enough(&next()) {}
    let killed = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let summary = loop {
        let line = next();
        if line["event"] == "summary" {
            break line;
        }
    };
    (child.wait().expect("it ends").code(), summary)
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly() {
    let (code, summary) = interrupt(&["--json"], "-INT", |_| true);
    assert_eq!(
        (code, &summary["outcome"]),
        (Some(130), &"interrupted".into())
    );
    assert!(!summary["lacking"].as_array().expect("a list").is_empty());
}

#[cfg(unix)]
#[test]
fn ctrl_c_after_every_node_reached_its_target_is_success() {
    let arguments = ["--nodes", "3", "--target", "1", "--keep-running", "--json"];
    let there = |line: &Value| line["found"] == 3 && line["heard"] == 3;
    let (code, summary) = interrupt(&arguments, "-TERM", there);
    assert_eq!(
        (code, &summary["outcome"]),
        (Some(0), &"interrupted".into())
    );
}
