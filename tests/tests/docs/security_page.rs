//! The page about attacks names a test for each. The files exist.

use std::path::Path;

const PAGE: &str = include_str!("../../../ipv8-core/src/guide/security.md");

/// Returns the texts in backticks that look like `program::file`, without that example.
fn named_tests() -> Vec<&'static str> {
    let quoted = PAGE.split('`').skip(1).step_by(2);
    let named = quoted.filter(|text| text.contains("::"));
    named.filter(|text| *text != "program::file").collect()
}

#[test]
fn every_attack_has_tests_that_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let named = named_tests();
    assert!(named.len() > 30, "{named:?}");
    for test in named {
        let (program, file) = test.split_once("::").expect("two parts");
        let path = folder.join(program).join(file);
        assert!(path.with_extension("rs").is_file(), "no file for {test}");
    }
}

#[test]
fn every_attack_of_the_list_has_a_row() {
    for number in 1..=30 {
        assert!(
            PAGE.contains(&format!("\n| {number} | ")),
            "attack {number}"
        );
    }
}
