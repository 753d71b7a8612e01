//! Checks that our planner gives the launch orders of py-ipv8's loader, recorded in
//! `vectors/loader.json`.
//!
//! Ties: py-ipv8 starts from the order of insertion. We start from the source location (crate,
//! module, file, line, column), which no linker can change. Here a launcher's line is its position
//! in the case, so both start from the same order and the results are compared exactly. Two
//! deliberate differences:
//!
//! - On a cycle, py-ipv8 launches the launchers outside it and then fails. We start nothing and
//!   report the cycle as a path. The tests compare the order without the launchers that py-ipv8
//!   left over.
//! - py-ipv8 ignores an `after` that names no launcher. We report a problem. The tests compare the
//!   order without that `after`.

use std::collections::BTreeSet;

use ipv8_core::internals::plan::{PlanInput, plan};
use ipv8_core::launch::{PlanError, Problem};
use ipv8_core::launcher_meta;
use ipv8_tests::vectors::load;
use serde::Deserialize;

#[derive(Deserialize)]
struct Loader {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    launchers: Vec<Launcher>,
    order: Vec<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Launcher {
    name: String,
    after: Vec<String>,
    enabled: bool,
}

fn cases() -> Vec<Case> {
    load::<Loader>("loader.json").cases
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

impl Case {
    /// Returns the launchers as input for the planner. `keep` filters each launcher's `after`, and
    /// `enabled` decides which launchers are enabled.
    fn candidates(
        &self,
        keep: impl Fn(&str) -> bool,
        enabled: impl Fn(&Launcher) -> bool,
    ) -> Vec<PlanInput> {
        let lines = 1..;
        self.launchers
            .iter()
            .zip(lines)
            .map(|(launcher, line)| {
                let after: Vec<&str> = launcher
                    .after
                    .iter()
                    .filter(|name| keep(name))
                    .map(|name| leak(name))
                    .collect();
                let mut meta = launcher_meta!(name = leak(&launcher.name), after = []);
                meta.after = after.leak();
                (meta.file, meta.line, meta.column) = ("loader.json", line, 1);
                PlanInput {
                    meta,
                    enabled: enabled(launcher),
                }
            })
            .collect()
    }

    /// Returns the names in `after` that no launcher has.
    fn unknown(&self) -> BTreeSet<&str> {
        let known: BTreeSet<&str> = self.launchers.iter().map(|one| one.name.as_str()).collect();
        let enabled = self.launchers.iter().filter(|launcher| launcher.enabled);
        let named = enabled
            .flat_map(|launcher| &launcher.after)
            .map(String::as_str);
        named.filter(|name| !known.contains(name)).collect()
    }

    /// Returns the launchers that py-ipv8 had not launched when it failed.
    fn left_over(&self) -> BTreeSet<&str> {
        let Some(error) = &self.error else {
            return BTreeSet::new();
        };
        let list = error
            .strip_prefix("Cycle detected in CommunityLauncher not_before(): [")
            .and_then(|rest| rest.strip_suffix("]"))
            .expect("the only error there is");
        list.split(", ")
            .map(|name| name.trim_matches('\''))
            .collect()
    }
}

fn order(candidates: &[PlanInput]) -> Result<Vec<&'static str>, PlanError> {
    plan(candidates).map(|plan| plan.names().collect())
}

#[test]
fn orders_are_those_of_the_reference() {
    let cases = cases();
    assert_eq!(cases.len(), 22);
    for (number, case) in cases.iter().enumerate() {
        let (unknown, left_over) = (case.unknown(), case.left_over());
        let candidates = case.candidates(
            |name| !unknown.contains(name),
            |launcher| launcher.enabled && !left_over.contains(launcher.name.as_str()),
        );
        let found = order(&candidates).unwrap_or_else(|error| panic!("case {number}: {error}"));
        assert_eq!(found, case.order, "case {number}");

        // The order of registration, which depends on the linker, must not matter.
        let mut shuffled = candidates;
        for _ in 0..shuffled.len() {
            shuffled.rotate_left(1);
            assert_eq!(
                order(&shuffled).ok().as_ref(),
                Some(&found),
                "case {number}"
            );
        }
        shuffled.reverse();
        assert_eq!(order(&shuffled).ok(), Some(found), "case {number}");
    }
}

#[test]
fn problems_that_the_reference_meets_late_or_ignores_are_reported_before_the_launch() {
    let (mut cycles, mut unknown) = (0, 0);
    for (number, case) in cases().iter().enumerate() {
        let wrong = case.error.is_some() || !case.unknown().is_empty();
        let found = plan(&case.candidates(|_| true, |launcher| launcher.enabled));
        assert_eq!(found.is_err(), wrong, "case {number}");
        let Err(error) = found else { continue };
        let left_over = case.left_over();
        for problem in error.problems() {
            match problem {
                Problem::Cycle { path } => {
                    cycles += 1;
                    assert!(
                        path.iter()
                            .all(|launcher| left_over.contains(launcher.name))
                    );
                    for (launcher, next) in path.iter().zip(path.iter().cycle().skip(1)) {
                        assert!(launcher.after.contains(&next.name), "case {number}");
                    }
                }
                Problem::UnknownAfter { after, .. } => {
                    unknown += 1;
                    assert!(case.unknown().contains(after), "case {number}");
                }
                other => panic!("case {number}: {other}"),
            }
        }
    }
    // Nine cases have a cycle, one of them has two.
    assert_eq!((cycles, unknown), (10, 1));
}

#[test]
fn a_cycle_is_reported_as_a_path() {
    let cases = cases();
    let candidates = cases[9].candidates(|_| true, |launcher| launcher.enabled);
    let error = plan(&candidates).expect_err("x, y and z wait for each other");
    assert_eq!(error.problems().len(), 1);
    assert!(
        error.to_string().contains(": x -> y -> z -> x ("),
        "{error}"
    );
    assert!(
        error.to_string().contains("y at loader.json:2:1"),
        "{error}"
    );
}
