//! The tutorials of py-ipv8 as examples: each behaves and prints like the Python version.
//!
//! If `IPV8_TUTORIALS` names the folder `doc/basics` of a py-ipv8 source tree, the unchanged Python
//! tutorials are run too.

mod outcome;
mod python;

use std::path::Path;

use crate::support::program::run;
use outcome::Outcome;
use python::Tutorials;

/// Every py-ipv8 tutorial about a feature of this library, and its outcome.
const TUTORIALS: &[(&str, Outcome)] = &[
    ("overlay_tutorial_1", Outcome::Log { nodes: 1 }),
    ("overlay_tutorial_2", Outcome::Log { nodes: 2 }),
    ("overlay_tutorial_3", Outcome::Silence),
    ("overlay_tutorial_4", Outcome::FoundEachOther),
    ("overlay_tutorial_5", Outcome::Clocks { nodes: 3 }),
    ("discoverystrategy_tutorial_1", Outcome::Silence),
    ("discoverystrategy_tutorial_2", Outcome::Silence),
    ("testbase_tutorial_1", Outcome::Tests(6)),
    ("testbase_tutorial_2", Outcome::Tests(4)),
    ("tasks_tutorial_1", Outcome::Lines(&["[2, 3, 5, 4]"])),
    ("tasks_tutorial_2", Outcome::Lines(&["[2, 3, 5, 4]"])),
    ("tasks_tutorial_3", Outcome::Lines(&["[2]"])),
    (
        "tasks_tutorial_4",
        Outcome::Lines(&["[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]"]),
    ),
    (
        "tasks_tutorial_5",
        Outcome::Lines(&["[1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]),
    ),
    ("tasks_tutorial_6", Outcome::Tests(1)),
    (
        "tasks_tutorial_7",
        Outcome::Lines(&[
            "future0.result()=True",
            "future1.result()=False",
            "future2.cancelled()=True",
        ]),
    ),
    (
        "requestcache_tutorial_1",
        Outcome::Lines(&["I found a cache with the state: 42"]),
    ),
    (
        "requestcache_tutorial_2",
        Outcome::Lines(&["Oh no! I never received a response!"]),
    ),
    ("requestcache_tutorial_3", Outcome::CountedTo(10)),
];

/// The other py-ipv8 tutorials: they are about attestations, which this library does not have.
const NOT_OURS: [&str; 1] = ["identity_tutorial_1"];

#[test]
fn every_example_matches_its_tutorial() {
    for &(name, outcome) in TUTORIALS {
        let end = run(name, &[]);
        assert_eq!(end.code, Some(0), "{name}: {end:?}");
        if !matches!(outcome, Outcome::Tests(_)) {
            assert_eq!(end.stderr, "", "{name}");
        }
        outcome.check(name, &end.lines);
    }
}

#[test]
fn the_python_tutorials_do_the_same() {
    let Some(tutorials) = Tutorials::or_skip() else {
        return;
    };
    for &(name, outcome) in TUTORIALS {
        let printed = tutorials.run(name);
        assert!(
            !printed.errors.contains("Traceback"),
            "{name}: {}",
            printed.errors
        );
        if outcome.is_the_same_in_python() {
            outcome.check(name, &printed.lines);
        } else if let Outcome::Tests(count) = outcome {
            assert!(
                printed.errors.trim_end().ends_with("OK"),
                "{name}: {}",
                printed.errors
            );
            let ran = printed.errors.lines().find_map(|line| {
                let rest = line.strip_prefix("Ran ")?;
                rest.split(' ').next()?.parse::<usize>().ok()
            });
            assert_eq!(ran, Some(count), "{name}: {}", printed.errors);
        }
    }
}

#[test]
fn every_python_tutorial_has_its_example() {
    let Some(tutorials) = Tutorials::or_skip() else {
        return;
    };
    let mut ours: Vec<_> = TUTORIALS.iter().map(|(name, _)| *name).collect();
    ours.extend(NOT_OURS);
    ours.sort_unstable();
    assert_eq!(tutorials.names(), ours);
}

#[test]
fn every_example_is_there_and_in_the_table_and_the_other_way_round() {
    let tutorials = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tutorials");
    let subjects = std::fs::read_dir(tutorials).expect("the folder can be read");
    let files = subjects.filter_map(|subject| std::fs::read_dir(subject.ok()?.path()).ok());
    let names = files.flatten().filter_map(|file| {
        let name = file.ok()?.file_name().into_string().ok()?;
        Some(name.strip_suffix(".rs")?.to_owned())
    });
    let mut there: Vec<_> = names.filter(|name| name.contains("_tutorial_")).collect();
    let mut ours: Vec<_> = TUTORIALS.iter().map(|(name, _)| *name).collect();
    let mut table = table_rows();
    for names in [&mut there, &mut table] {
        names.sort();
    }
    ours.sort_unstable();
    assert_eq!(there, ours, "the files");
    assert_eq!(table, ours, "the table");
}

/// Returns the examples in the table of the page `guide::tutorials`; each row names the Python file
/// of the same name.
fn table_rows() -> Vec<String> {
    let page = include_str!("../../../../ipv8-core/src/guide/tutorials.md");
    let rows = page
        .lines()
        .filter(|line| line.starts_with('|') && line.contains("_tutorial_"));
    let names = rows.map(|row| {
        let cells: Vec<_> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let [_, python, example, shows, _] = cells[..] else {
            panic!("three columns, not {row}");
        };
        assert_eq!(python.strip_suffix(".py"), Some(example), "{row}");
        assert!(!shows.is_empty(), "{row}");
        example.to_owned()
    });
    names.collect()
}
