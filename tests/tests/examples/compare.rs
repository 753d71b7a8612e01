//! Quick runs of the example `compare`: both sides are measured, and the figures are consistent. No
//! test asserts a speed.

use std::process::Command;

use ipv8_tests::python::PythonNeighbour;
use serde_json::Value;

use crate::support::build::example;

const ROWS: [&str; 2] = ["hostile-prefix", "introductions-20"];

fn compare(arguments: &[&str]) -> Value {
    let output = Command::new(example("compare"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("not a number: {value}"))
}

/// Returns the figures of one side, turn by turn.
fn figures(row: &Value, side: &str) -> Vec<f64> {
    let turns = row["turns"].as_array().expect("turns");
    turns.iter().map(|turn| number(&turn[side])).collect()
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn is_close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

/// Returns `true` if a process can be pinned to one of two cores.
fn has_two_cores() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cfg!(target_os = "linux") && cores >= 2
}

/// Asserts that the summary of `ratios` follows from the ratio of each turn.
fn assert_consistent(row: &Value, ratios: &str, above: &str, below: &str) {
    let (above, below) = (figures(row, above), figures(row, below));
    let expected: Vec<f64> = above
        .iter()
        .zip(&below)
        .map(|(above, below)| above / below)
        .collect();
    let said = &row["summary"][ratios];
    let least = expected.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = expected.iter().copied().fold(0.0, f64::max);
    for (name, expected) in [
        ("median", middle(expected)),
        ("minimum", least),
        ("maximum", greatest),
    ] {
        assert!(
            is_close(number(&said[name]), expected),
            "{name} of {ratios} in {row}"
        );
    }
}

#[test]
fn both_sides_are_measured_and_ratios_are_those_of_the_turns() {
    if PythonNeighbour::or_skip().is_none() {
        return;
    }
    let report = compare(&[
        "--quick", "--json", "--pairs", "3", "--only", ROWS[0], "--only", ROWS[1],
    ]);
    for name in ["date", "processor", "kernel", "python", "rustc"] {
        assert!(
            report["machine"][name]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name} in {report}"
        );
    }
    assert_eq!(
        (&report["pairs"], &report["quick"]),
        (&3.into(), &true.into())
    );
    let rows = report["rows"].as_array().expect("rows");
    let ids: Vec<_> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, ["introductions-20", "hostile-prefix"]);
    for row in rows {
        for side in ["python", "ours"] {
            let figures = figures(row, side);
            assert_eq!(figures.len(), 3, "{row}");
            assert!(figures.iter().all(|figure| *figure > 0.0), "{row}");
            assert!(
                is_close(middle(figures), number(&row["summary"][side])),
                "{row}"
            );
        }
    }
    assert_eq!(rows[0]["unit"], "per_second");
    assert_consistent(&rows[0], "times_python", "ours", "python");
    assert_consistent(&rows[0], "share_of_bare", "ours", "bare");
    assert_eq!(rows[1]["unit"], "seconds");
    assert_consistent(&rows[1], "times_python", "python", "ours");
    assert_eq!(rows[1]["summary"]["share_of_bare"], Value::Null);
}

#[test]
fn two_cores_are_compared_with_the_bare_responder() {
    let report = compare(&[
        "--quick",
        "--json",
        "--only",
        "introductions-two-cores",
        "--only",
        "two-cores-against-one",
    ]);
    let rows = report["rows"].as_array().expect("rows");
    let [rates, gain] = &rows[..] else {
        // The rows are missing only without two cores to pin to.
        assert!(rows.is_empty() && !has_two_cores(), "{report}");
        return;
    };
    assert_eq!(rates["unit"], "per_second");
    assert_eq!(gain["unit"], "times");
    for row in [rates, gain] {
        assert_consistent(row, "share_of_bare", "ours", "bare");
    }
    let (ours, base) = (figures(rates, "ours"), figures(rates, "base"));
    assert!(
        is_close(figures(gain, "ours")[0], ours[0] / base[0]),
        "{report}"
    );
}

#[test]
fn a_thousand_launchers_are_ordered_and_started() {
    let report = compare(&[
        "--quick",
        "--json",
        "--only",
        "launchers-plan",
        "--only",
        "launchers-start",
    ]);
    let rows = report["rows"].as_array().expect("rows");
    let ids: Vec<_> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, ["launchers-plan", "launchers-start"]);
    for row in rows {
        assert_eq!(row["unit"], "seconds");
        assert!(
            figures(row, "ours").iter().all(|seconds| *seconds > 0.0),
            "{row}"
        );
        assert!(row["note"].is_string(), "{row}");
    }
}

#[test]
fn an_error_suggests_the_fix() {
    for (arguments, wanted) in [
        (
            ["--only", "introduction-20"],
            "did you mean `introductions-20`?",
        ),
        (["--pairs", "0"], "use 1 or more"),
    ] {
        let output = Command::new(example("compare"))
            .args(arguments)
            .output()
            .expect("the program runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(
            errors.contains(wanted) && errors.contains("Usage"),
            "{errors}"
        );
        assert!(output.stdout.is_empty());
    }
}
