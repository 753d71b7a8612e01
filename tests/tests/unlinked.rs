//! The behaviour without `link!`: both plugins are dependencies of this program, and neither is
//! linked, because the program names neither.
//!
//! `linking.rs` is the same program with the two lines that make the difference.

use ipv8_core::launch::Problem;
use ipv8_core::{Launchers, launchers};

#[test]
fn a_crate_that_nothing_names_is_lost() {
    assert!(launchers().is_empty());
}

#[test]
fn a_launch_of_nothing_is_refused_with_the_way_out() {
    let error = Launchers::collected()
        .plan()
        .expect_err("nothing is linked");
    assert_eq!(error.problems(), [Problem::NothingLinked]);
    assert!(
        error.to_string().contains("ipv8_core::link!(that_crate)"),
        "{error}"
    );
    assert!(error.to_string().contains("#[overlay(…)]"), "{error}");
}

#[test]
fn naming_the_expected_launchers_reveals_a_lost_one() {
    let error = Launchers::collected()
        .only(["SilentLauncher"])
        .plan()
        .expect_err("nothing is linked");
    let texts: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with("cannot select or skip \"SilentLauncher\"")),
        "{texts:?}"
    );
}

#[test]
fn naming_the_expected_crates_reveals_a_lost_one() {
    let error = Launchers::collected()
        .expect_crates(["plugin-silent"])
        .plan();
    let error = error.expect_err("nothing is linked").to_string();
    assert!(error.contains("ipv8_core::link!(plugin_silent)"), "{error}");
}
