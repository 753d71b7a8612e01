//! In which order launchers are launched.

use divan::{Bencher, black_box};
use ipv8_core::LauncherMeta;
use ipv8_core::internals::plan::{Candidate, plan};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// Launchers of one file, of which each waits for up to `waits` earlier ones. What they are called is never freed.
fn candidates(count: usize, waits: usize) -> Vec<Candidate> {
    let name = |number: usize| -> &'static str { format!("Launcher{number}").leak() };
    let numbered = |number: usize| {
        let earlier = (1..=waits).filter_map(|back| number.checked_sub(back * 7));
        let after: Vec<_> = earlier.map(name).collect();
        let meta = LauncherMeta {
            name: name(number),
            after: after.leak(),
            line: u32::try_from(number).unwrap(),
            ..ipv8_core::launcher_meta!(name = "", after = [])
        };
        Candidate {
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
