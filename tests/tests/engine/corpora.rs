//! Runs each target of the fuzzer over its kept corpus (`ipv8-core/fuzz`).

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use ipv8_tests::fuzz::{
    CONFIGURATION, DEMULTIPLEXER, FORMATS, KEYS, NODE, OPTIONS, SNAPSHOT, TARGETS, TRACKER, Target,
};

/// The most bytes of all corpora together.
const MOST: usize = 300_000;

fn corpora() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../ipv8-core/fuzz/corpus"
    ))
}

/// Returns the inputs of a corpus with the names of their files.
fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = corpora().join(target.name);
    let files = fs::read_dir(&folder).expect("a corpus");
    let mut inputs: Vec<_> = files
        .map(|file| {
            let path = file.expect("a file of the corpus").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(path).expect("an input"))
        })
        .collect();
    inputs.sort();
    inputs
}

fn meter(run: &mut dyn FnMut()) -> u64 {
    allocation_counter::measure(run).bytes_max
}

fn passes(target: &Target) {
    for (name, input) in inputs(target) {
        // The captured output of a failed test ends with the input that failed.
        println!("{}/{name}", target.name);
        (target.run)(&input, meter);
    }
}

#[test]
fn configurations_of_the_corpus_are_read_or_rejected() {
    passes(&CONFIGURATION);
}

#[test]
fn datagrams_of_the_corpus_are_handled_or_dropped() {
    passes(&DEMULTIPLEXER);
}

#[test]
fn formats_of_the_corpus_are_read_or_rejected() {
    passes(&FORMATS);
}

#[test]
fn keys_of_the_corpus_are_read_or_rejected() {
    passes(&KEYS);
}

#[test]
fn a_node_keeps_its_bounds_in_all_programs_of_the_corpus() {
    passes(&NODE);
}

#[test]
fn options_of_the_corpus_are_set_or_refused() {
    passes(&OPTIONS);
}

#[test]
fn snapshots_of_the_corpus_are_loaded_or_cut() {
    passes(&SNAPSHOT);
}

#[test]
fn a_tracker_keeps_its_bounds_in_all_programs_of_the_corpus() {
    passes(&TRACKER);
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let folders = fs::read_dir(corpora()).expect("the folder of the corpora");
    let folders: BTreeSet<_> = folders
        .map(|folder| {
            folder
                .expect("a folder")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let names: BTreeSet<_> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    assert_eq!(folders, names);
    let sizes = TARGETS.iter().map(|target| {
        let inputs = inputs(target);
        assert!(
            inputs.len() >= 5,
            "{} has {} inputs",
            target.name,
            inputs.len()
        );
        inputs.iter().map(|(_, input)| input.len()).sum::<usize>()
    });
    let size: usize = sizes.sum();
    assert!(size <= MOST, "{size} bytes");
}

/// The crate of the fuzzer is a workspace of its own, so no other build would miss a target.
#[test]
fn every_target_has_a_program_for_the_fuzzer() {
    let folder = corpora().join("..");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    for target in &TARGETS {
        let path = format!("fuzz_targets/{}.rs", target.name);
        let program = fs::read_to_string(folder.join(&path)).expect("a program");
        let call = format!("({}.run)(data, meter)", target.name.to_uppercase());
        assert!(program.contains(&call), "{path}");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{path}");
    }
}
