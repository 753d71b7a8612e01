//! Programs, tests and examples, and the crates that they name.

use std::process::Command;

use crate::build::{CHAT, cargo, debug, program, run};

const NONE: [&str; 0] = [];

#[test]
fn launchers_in_the_program_and_its_modules_are_linked() {
    assert_eq!(
        program("in_modules").launchers(),
        ["in_modules HereLauncher", "in_modules DeepLauncher"]
    );
}

#[test]
fn a_dependency_that_no_line_names_is_left_out() {
    let report = program("unnamed");
    assert_eq!(
        (report.launchers(), report.all("warning")),
        (vec![], vec![])
    );
}

#[test]
fn any_mention_links_all_launchers_of_a_crate() {
    for name in [
        "linked",
        "linked_in_function",
        "never_called",
        "unused_import",
        "other_function",
        "extern_crate",
    ] {
        let report = program(name);
        assert_eq!(report.launchers(), CHAT, "{name}");
        assert_eq!(report.all("warning"), NONE, "{name}");
    }
}

#[test]
fn an_attribute_that_names_a_launcher_links_its_crate() {
    let [chat, rooms] = CHAT;
    let report = program("after");
    assert_eq!(report.launchers(), ["after LastLauncher", chat, rooms]);
}

#[test]
fn a_crate_that_links_another_brings_its_launchers() {
    for name in ["facade_named", "facade_linked"] {
        let report = program(name);
        assert_eq!(report.launchers(), ["file_plugin FilesLauncher"], "{name}");
        assert_eq!(report.all("warning"), NONE, "{name}");
    }
}

#[test]
fn a_crate_that_only_depends_on_another_brings_nothing_and_link_warns() {
    let report = program("hollow_linked");
    assert_eq!(report.launchers(), NONE);
    let warning = report.warning();
    let start = "programs/src/bin/hollow_linked.rs:3:1: link!(hollow): no launcher of the crate";
    assert!(warning.replace('\\', "/").starts_with(start), "{warning}");
}

#[test]
fn a_renamed_crate_is_linked_and_the_warning_says_what_to_write() {
    let report = program("renamed_linked");
    assert_eq!(report.launchers(), ["file_plugin FilesLauncher"]);
    let warning = report.warning();
    assert!(
        warning.ends_with("then write use ::renamed as _; instead"),
        "{warning}"
    );
    let report = program("renamed_named");
    assert_eq!(report.launchers(), ["file_plugin FilesLauncher"]);
    assert_eq!(report.all("warning"), NONE);
}

#[test]
fn a_program_has_the_launchers_of_its_own_library_only_if_it_names_it() {
    assert_eq!(program("both-parts").launchers(), NONE);
    let linked = program("both_linked");
    assert_eq!(linked.launchers(), ["both_parts PartsLauncher"]);
    assert_eq!(linked.all("warning"), NONE);
}

#[test]
fn so_do_its_tests_and_examples() {
    let example = debug().join("examples/example_unnamed");
    assert_eq!(run(&mut Command::new(example)).launchers(), NONE);
    let test = |name| {
        let mut command = cargo("test");
        command.args([
            "--package",
            "both-parts",
            "--test",
            name,
            "--",
            "--nocapture",
        ]);
        run(&mut command)
    };
    assert_eq!(test("test_unnamed").launchers(), NONE);
    let linked = test("test_linked");
    assert_eq!(linked.launchers(), ["both_parts PartsLauncher"]);
}
