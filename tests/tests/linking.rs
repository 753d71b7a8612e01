//! Launchers of other crates are found: one in a crate that the program names anyway, and one in a
//! crate that only `link!` names. A linked crate without launchers is reported.
//!
//! `unlinked.rs` is the same program without these two lines.

use ipv8_core::launch::Problem;
use ipv8_core::{Launchers, launchers};

ipv8_core::link!(plugin_silent);

/// Links a crate without launchers, and the other one again.
mod inner {
    ipv8_core::link!(tempfile, plugin_silent);

    pub(crate) fn also_in_a_function() {
        ipv8_core::link!(tempfile);
    }
}

#[test]
fn launchers_of_other_crates_are_found() {
    // This mention is all that links the crate.
    let _ = plugin_named::COMMUNITY_ID;
    let names: Vec<&str> = launchers().iter().map(|found| found.name).collect();
    assert_eq!(names, ["NamedLauncher", "SilentLauncher"]);
    let crates: Vec<&str> = launchers().iter().map(|found| found.crate_name).collect();
    assert_eq!(crates, ["plugin_named", "plugin_silent"]);
}

#[test]
fn found_launchers_can_be_planned_and_selected() {
    let plan = Launchers::collected().plan().expect("no problem");
    assert!(plan.names().eq(["NamedLauncher", "SilentLauncher"]));
    let locations: Vec<String> = plan
        .steps()
        .iter()
        .map(|step| step.meta.location().to_string())
        .collect();
    assert!(locations[0].contains("plugin-named"), "{locations:?}");
    assert!(
        locations[1].contains("plugin-silent/src/lib.rs:"),
        "{locations:?}"
    );
    let chosen = Launchers::collected().without(["NamedLauncher"]);
    assert_eq!(chosen.names(), ["SilentLauncher"]);
    chosen
        .check()
        .expect("`after` may name a launcher that is left out");
}

#[test]
fn launchers_can_be_collected_twice() {
    let [first, second] = [(); 2].map(|()| Launchers::collected().preview(&mut ()));
    assert_eq!(first.plan, second.plan);
    assert_eq!(first.launchers[0].meta, second.launchers[0].meta);
    assert_eq!(first.launchers[0].session, "()");
}

#[test]
fn a_crate_that_is_expected_and_not_linked_is_named() {
    let expected = Launchers::collected().expect_crates(["plugin-named", "plugin_silent"]);
    expected.plan().expect("both are linked");
    let missing = Launchers::collected().expect_crates(["plugin_silence", "other"]);
    let error = missing.plan().expect_err("neither is there");
    let [silence, other] = error.problems() else {
        panic!("{error}");
    };
    let start = "no launcher of the crate \"plugin_silence\" is linked into this program: ";
    let silence = silence.to_string();
    assert!(silence.starts_with(start), "{silence}");
    assert!(
        silence.ends_with("did you mean \"plugin_silent\"?"),
        "{silence}"
    );
    assert!(
        other.to_string().contains("ipv8_core::link!(other)"),
        "{other}"
    );
}

#[test]
fn a_linked_crate_without_launchers_is_one_warning_and_no_problem() {
    inner::also_in_a_function();
    let launchers = Launchers::collected();
    let warnings = launchers.warnings();
    let [warning @ Problem::EmptyLink { name, .. }] = &warnings[..] else {
        panic!("{warnings:?}");
    };
    assert_eq!(*name, "tempfile");
    let text = warning.to_string().replace('\\', "/");
    let line = "tests/linking.rs:13:5: link!(tempfile): no launcher of the crate";
    assert!(text.contains(line), "{text}");
    assert_eq!(launchers.preview(&mut ()).warnings, warnings);
    launchers.check().expect("a warning prevents nothing");
    assert_eq!(
        Launchers::new().warnings(),
        [],
        "only what is collected is judged"
    );
}

#[test]
fn an_expected_crate_that_is_linked_and_empty_is_not_to_be_linked_again() {
    let expected = Launchers::collected().expect_crates(["tempfile"]);
    let error = expected
        .plan()
        .expect_err("it has no launchers")
        .to_string();
    assert!(
        error.contains("linking.rs:13:5 links it, so it has"),
        "{error}"
    );
    assert!(!error.contains("write "), "{error}");
}
