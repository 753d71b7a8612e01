//! Checks that the page `guide::strategies` contains the tables and the picture that the example
//! `topology` writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::build::example;

#[test]
fn the_page_has_the_figures_of_the_program() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ipv8-core/src/guide");
    let folder = tempfile::tempdir().expect("a folder");
    let status = Command::new(example("topology"))
        .arg("write")
        .arg(folder.path())
        .status()
        .expect("it starts");
    assert!(status.success());
    for file in ["topology.md", "topology.svg"] {
        let [measured, shown] = [folder.path(), &guide].map(|folder| {
            let text = fs::read_to_string(folder.join(file));
            text.unwrap_or_else(|error| panic!("{file}: {error}"))
        });
        assert!(
            measured == shown,
            "{file} is outdated: run `cargo run --release --example topology -- write \
             ipv8-core/src/guide`, and check whether the text of guide/strategies.md still fits.\n\
             {measured}"
        );
    }
}

#[test]
fn unknown_arguments_are_refused() {
    let output = Command::new(example("topology")).arg("--misspelt").output();
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.ends_with("Usage: topology [write FOLDER]\n"),
        "{errors}"
    );
}
