use proptest::prelude::*;

use super::*;

/// Returns an enabled launcher that is declared on this line of `src/test.rs`.
fn at(line: u32, name: &'static str, after: &'static [&'static str]) -> PlanInput {
    PlanInput {
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

fn names(inputs: &[PlanInput]) -> Vec<&'static str> {
    plan(inputs).unwrap().names().collect()
}

fn problems(inputs: &[PlanInput]) -> Vec<String> {
    let error = plan(inputs).unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn the_order_does_not_depend_on_the_order_of_the_input() {
    let mut inputs = [
        at(1, "a", &["d"]),
        at(2, "b", &[]),
        at(3, "c", &["b"]),
        at(4, "d", &[]),
        at(5, "e", &["a"]),
    ];
    for _ in 0..inputs.len() {
        inputs.rotate_left(1);
        // The first pass takes b, c and d. The second pass takes a, then e.
        assert_eq!(names(&inputs), ["b", "c", "d", "a", "e"]);
        inputs.swap(0, 2);
        assert_eq!(names(&inputs), ["b", "c", "d", "a", "e"]);
    }
}

#[test]
fn steps_hold_the_index_of_their_input() {
    let inputs = [at(2, "late", &[]), at(1, "early", &[])];
    let plan = plan(&inputs).unwrap();
    let indexes: Vec<usize> = plan.steps().iter().map(|step| step.index).collect();
    assert_eq!(indexes, [1, 0]);
}

#[test]
fn a_disabled_launcher_is_known_but_no_launcher_waits_for_it() {
    let mut off = at(2, "off", &["missing"]);
    off.enabled = false;
    assert_eq!(names(&[at(1, "a", &["off", "off"]), off]), ["a"]);
}

#[test]
fn all_problems_are_reported_at_once_with_their_locations() {
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
            "2 launchers are named \"twin\": at src/test.rs:1:1 and src/test.rs:2:1; rename all but one with #[name(\"…\")]",
            "a (src/test.rs:3:1): #[after(\"Discovry\")]: no such launcher; did you mean \"Discovery\"?",
            "lost (src/test.rs:6:1): #[after(\"somewhere else\")]: no such launcher; \
             launchers() lists them, link! adds crates that nothing names",
            "launchers wait for each other: a -> b -> a (each comes after the next; \
             a at src/test.rs:3:1, b at src/test.rs:4:1); remove one of these names from its #[after(…)]",
            "launchers wait for each other: Discovery -> Discovery (each comes after the next; \
             Discovery at src/test.rs:5:1); remove one of these names from its #[after(…)]",
        ]
    );
}

#[test]
fn two_disabled_launchers_may_share_a_name() {
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
fn a_long_chain_in_reverse_order_needs_no_retries() {
    let count = 50_000;
    let names: Vec<&'static str> = (0..=count).map(|n| &*format!("n{n}").leak()).collect();
    let inputs: Vec<PlanInput> = (0..count)
        .map(|n| {
            let after: &'static [&'static str] = match n + 1 < count {
                true => vec![names[n + 1]].leak(),
                false => &[],
            };
            at(u32::try_from(n).unwrap(), names[n], after)
        })
        .collect();
    let plan = plan(&inputs).unwrap();
    assert!(plan.names().eq(names[..count].iter().rev().copied()));
}

/// Returns the order in which py-ipv8's loader launches, or `None` if the launchers form a cycle.
/// The loader follows protocol 8.2: it puts a launcher that must wait at the end of its queue and
/// tries it again.
fn order_of_py_ipv8(inputs: &[PlanInput]) -> Option<Vec<&'static str>> {
    let enabled = |name: &&str| inputs.iter().any(|c| c.enabled && c.meta.name == *name);
    let mut queue: VecDeque<&PlanInput> = inputs.iter().collect();
    let mut budget = inputs.len() * inputs.len();
    let mut launched = Vec::new();
    while let Some(input) = queue.pop_front() {
        let mut awaited = input.meta.after.iter().filter(|name| enabled(name));
        if !input.enabled {
        } else if awaited.all(|name| launched.contains(name)) {
            launched.push(input.meta.name);
        } else {
            queue.push_back(input);
        }
        budget = budget.checked_sub(1)?;
    }
    Some(launched)
}

const NAMES: [&str; 7] = ["n0", "n1", "n2", "n3", "n4", "n5", "n6"];

proptest! {
    #[test]
    fn the_order_is_the_one_that_py_ipv8_finds(
        launchers in (0..=NAMES.len()).prop_flat_map(|count| {
            let after = prop::collection::vec(prop::sample::select(&NAMES[..count.max(1)]), 0..3);
            prop::collection::vec((after, prop::bool::weighted(0.8)), count)
        })
    ) {
        let inputs: Vec<PlanInput> = launchers
            .into_iter()
            .zip(NAMES)
            .zip(1..)
            .map(|(((after, enabled), name), line)| PlanInput {
                enabled,
                ..at(line, name, after.leak())
            })
            .collect();
        let planned = plan(&inputs).ok().map(|plan| plan.names().collect());
        prop_assert_eq!(planned, order_of_py_ipv8(&inputs));
    }
}
