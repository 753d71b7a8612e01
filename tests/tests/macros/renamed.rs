//! The macros in crates that rename `ipv8-core`. One also renames another crate to `core`, has no
//! prelude, and denies every warning.

use ipv8_core::internals::options::Options;
use ipv8_core::{CommunityLauncher, Message};
use renamed::{FirstLauncher, Hello, LastLauncher, Walk};

#[test]
fn its_launchers_are_found() {
    let names = crate::registered(|meta| meta.crate_name == "renamed");
    assert_eq!(names, ["FirstLauncher", "Renamed"]);
    assert_eq!(FirstLauncher::META.after, [""; 0]);
    assert_eq!(LastLauncher::META.after, ["FirstLauncher"]);
}

#[test]
fn its_message_has_the_requested_properties() {
    assert_eq!((Hello::ID, Hello::NAME), (21, "Hello"));
    const { assert!(Hello::GLOBAL_TIME) };
}

#[test]
fn its_strategy_has_options() {
    let mut walk = Walk::default();
    walk.set_option("steps", &3.into())
        .expect("a number of steps");
    assert_eq!(walk.steps, 3);
    let error = walk
        .set_option("steps", &1000.into())
        .expect_err("too many");
    assert!(
        error.to_string().ends_with("at least 0 and below 1000"),
        "{error}"
    );
}

#[test]
fn one_line_at_the_root_names_the_crate_for_all_macros() {
    let names = crate::registered(|meta| meta.crate_name == "aliased");
    assert_eq!(names, ["AliasedLauncher"]);
    assert_eq!(aliased::deep::AliasedLauncher::META.name, "AliasedLauncher");
    assert_eq!(aliased::deep::Hello::ID, 1);
    let options = aliased::deep::Walk::default().options();
    assert_eq!(options.get("steps"), Some(&0.into()));
}
