//! A node driven by the bench, on the same paths as in the bench `instructions`.

use std::cell::RefCell;

use divan::Bencher;

use crate::setup::paths::{self, Path};

/// The size of the largest path.
const LARGEST: usize = 100_000;

fn named(part: &str) -> Vec<String> {
    let names = paths::all(LARGEST).into_iter().map(|path| path.name);
    names.filter(|name| name.starts_with(part)).collect()
}

fn path(name: &str) -> Path {
    let mut all = paths::all(LARGEST).into_iter();
    all.find(|path| path.name == name)
        .expect("the names are those of the paths")
}

fn run(bencher: Bencher, name: &str) {
    let work = RefCell::new(path(name).make());
    bencher
        .with_inputs(|| work.borrow_mut().before())
        .bench_local_values(|()| work.borrow_mut().run());
}

// One run per sample where each run needs preparation.
#[divan::bench(args = named("introduction_request"), sample_size = 1, sample_count = 1_000)]
fn answer(bencher: Bencher, name: &str) {
    run(bencher, name);
}

#[divan::bench]
fn answer_ping(bencher: Bencher) {
    run(bencher, "ping");
}

#[divan::bench(args = named("hostile"))]
fn drop_datagram(bencher: Bencher, name: &str) {
    run(bencher, name);
}

#[divan::bench(args = named("random_walk"), sample_size = 1, sample_count = 1_000)]
fn random_walk(bencher: Bencher, name: &str) {
    run(bencher, name);
}

#[divan::bench(args = named("edge_walk"), sample_size = 1, sample_count = 1_000)]
fn edge_walk(bencher: Bencher, name: &str) {
    run(bencher, name);
}

#[divan::bench(args = named("idle_turn"))]
fn idle_turn(bencher: Bencher, name: &str) {
    run(bencher, name);
}
