use proptest::prelude::*;

use super::*;

/// A launcher on line `line` of its own file.
fn at(line: u32, name: &'static str, after: &'static [&'static str]) -> Candidate {
    Candidate {
        meta: LauncherMeta {
            name,
            after,
            crate_name: "test",
            module: "test",
            file: "src/test.rs",
            line,
            column: 1,
        },
        enabled: true,
    }
}

fn names(candidates: &[Candidate]) -> Vec<&'static str> {
    plan(candidates).unwrap().names().collect()
}

fn problems(candidates: &[Candidate]) -> Vec<String> {
    let error = plan(candidates).unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn the_order_does_not_depend_on_the_order_of_the_input() {
    let mut candidates = [
        at(1, "a", &["d"]),
        at(2, "b", &[]),
        at(3, "c", &["b"]),
        at(4, "d", &[]),
        at(5, "e", &["a"]),
    ];
    for _ in 0..candidates.len() {
        candidates.rotate_left(1);
        // First pass: b, c, d. Second: a, and e behind it.
        assert_eq!(names(&candidates), ["b", "c", "d", "a", "e"]);
        candidates.swap(0, 2);
        assert_eq!(names(&candidates), ["b", "c", "d", "a", "e"]);
    }
}

#[test]
fn steps_lead_back_to_the_candidates() {
    let candidates = [at(2, "late", &[]), at(1, "early", &[])];
    let plan = plan(&candidates).unwrap();
    let indexes: Vec<usize> = plan.steps().iter().map(|step| step.index).collect();
    assert_eq!(indexes, [1, 0]);
}

#[test]
fn one_that_is_not_enabled_is_known_but_not_waited_for() {
    let mut off = at(2, "off", &["nobody"]);
    off.enabled = false;
    assert_eq!(names(&[at(1, "a", &["off", "off"]), off]), ["a"]);
}

#[test]
fn all_problems_are_told_at_once_with_their_places() {
    let found = problems(&[
        at(1, "twin", &[]),
        at(2, "twin", &["a"]),
        at(3, "a", &["b", "Discovry"]),
        at(4, "b", &["a"]),
        at(5, "Discovery", &["Discovery"]),
        at(6, "lost", &["somewhere else"]),
        at(7, "hanging", &["b"]),
    ]);
    assert_eq!(
        found,
        [
            "2 launchers are named \"twin\": at src/test.rs:1:1 and src/test.rs:2:1; give all but one another name with #[name(\"…\")]",
            "a (src/test.rs:3:1) is to come after \"Discovry\", but no launcher has that name; did you mean \"Discovery\"?",
            "lost (src/test.rs:6:1) is to come after \"somewhere else\", but no launcher has that name; \
             launchers() lists those there are, link! adds crates that nothing names",
            "launchers wait for each other, so none can be first: a -> b -> a (each comes after the next; \
             a at src/test.rs:3:1, b at src/test.rs:4:1); take one of these out of its #[after(…)]",
            "launchers wait for each other, so none can be first: Discovery -> Discovery (each comes after the next; \
             Discovery at src/test.rs:5:1); take one of these out of its #[after(…)]",
        ]
    );
}

#[test]
fn twins_that_are_both_left_out_are_no_problem() {
    let mut twins = [
        at(1, "twin", &[]),
        at(2, "twin", &[]),
        at(3, "a", &["twin"]),
    ];
    twins[0].enabled = false;
    assert_eq!(problems(&twins).len(), 1);
    twins[1].enabled = false;
    assert_eq!(names(&twins), ["a"]);
}

#[test]
fn a_long_chain_written_backwards_is_planned_without_trying() {
    let count = 50_000;
    let names: Vec<&'static str> = (0..=count).map(|n| &*format!("n{n}").leak()).collect();
    let candidates: Vec<Candidate> = (0..count)
        .map(|n| {
            let after: &'static [&'static str] = match n + 1 < count {
                true => vec![names[n + 1]].leak(),
                false => &[],
            };
            at(u32::try_from(n).unwrap(), names[n], after)
        })
        .collect();
    let plan = plan(&candidates).unwrap();
    assert!(plan.names().eq(names[..count].iter().rev().copied()));
}

/// py-ipv8's loader as protocol 8.2 tells it: a queue, tried round and round. `None`: it ran into a cycle.
fn tried(candidates: &[Candidate]) -> Option<Vec<&'static str>> {
    let enabled = |name: &&str| candidates.iter().any(|c| c.enabled && c.meta.name == *name);
    let mut queue: VecDeque<&Candidate> = candidates.iter().collect();
    let mut budget = candidates.len() * candidates.len();
    let mut launched = Vec::new();
    while let Some(candidate) = queue.pop_front() {
        let mut awaited = candidate.meta.after.iter().filter(|name| enabled(name));
        if !candidate.enabled {
        } else if awaited.all(|name| launched.contains(name)) {
            launched.push(candidate.meta.name);
        } else {
            queue.push_back(candidate);
        }
        budget = budget.checked_sub(1)?;
    }
    Some(launched)
}

const NAMES: [&str; 7] = ["n0", "n1", "n2", "n3", "n4", "n5", "n6"];

proptest! {
    #[test]
    fn the_order_is_the_one_that_trying_finds(
        launchers in (0..=NAMES.len()).prop_flat_map(|count| {
            let after = prop::collection::vec(prop::sample::select(&NAMES[..count.max(1)]), 0..3);
            prop::collection::vec((after, prop::bool::weighted(0.8)), count)
        })
    ) {
        let candidates: Vec<Candidate> = launchers
            .into_iter()
            .zip(NAMES)
            .zip(1..)
            .map(|(((after, enabled), name), line)| Candidate {
                enabled,
                ..at(line, name, after.leak())
            })
            .collect();
        let planned = plan(&candidates).ok().map(|plan| plan.names().collect());
        prop_assert_eq!(planned, tried(&candidates));
    }
}
