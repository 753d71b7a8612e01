//! The timers of the engine.

use std::time::{Duration, Instant};

use divan::Bencher;
use ipv8_core::internals::timers::Timers;

const SIZES: [u64; 3] = [10, 1_000, 100_000];

fn timers(count: u64) -> (Timers<u64>, Instant) {
    let now = Instant::now();
    let mut timers = Timers::new();
    for number in 0..count {
        timers.insert(now + Duration::from_millis(number), number);
    }
    (timers, now)
}

#[divan::bench(args = SIZES)]
fn insert_and_cancel(bencher: Bencher, count: u64) {
    let (mut timers, now) = timers(count);
    let at = now + Duration::from_millis(count / 2);
    bencher.bench_local(|| {
        let id = timers.insert(at, count);
        timers.cancel(id)
    });
}

/// Expires the next timer and sets it again, behind all others.
#[divan::bench(args = SIZES)]
fn expire_and_insert(bencher: Bencher, count: u64) {
    let (mut timers, _) = timers(count);
    bencher.bench_local(|| {
        let next = timers.next().unwrap();
        let (at, number) = timers.pop_expired(next).unwrap();
        timers.insert(at + Duration::from_millis(count), number)
    });
}
