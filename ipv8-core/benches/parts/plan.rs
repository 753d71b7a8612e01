//! The plan: the order in which launchers launch.

use divan::{Bencher, black_box};
use ipv8_core::internals::plan::{PlanInput, plan};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// Returns launchers of one file, each of which waits for up to `waits` earlier ones. Their names
/// are leaked.
fn candidates(count: usize, waits: usize) -> Vec<PlanInput> {
    let name = |number: usize| -> &'static str { format!("Launcher{number}").leak() };
    let numbered = |number: usize| {
        let earlier = (1..=waits).filter_map(|back| number.checked_sub(back * 7));
        let after: Vec<_> = earlier.map(name).collect();
        let mut meta = ipv8_core::launcher_meta!(name = name(number), after = []);
        meta.after = after.leak();
        meta.line = u32::try_from(number).unwrap();
        PlanInput {
            meta,
            enabled: true,
        }
    };
    (0..count).map(numbered).collect()
}

#[divan::bench(args = SIZES)]
fn launchers_without_order(bencher: Bencher, count: usize) {
    let candidates = candidates(count, 0);
    bencher.bench_local(|| plan(black_box(&candidates)).unwrap());
}

#[divan::bench(args = SIZES)]
fn launchers_after_three_others(bencher: Bencher, count: usize) {
    let candidates = candidates(count, 3);
    bencher.bench_local(|| plan(black_box(&candidates)).unwrap());
}
