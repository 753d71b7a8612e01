//! The schedule of turns.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use divan::Bencher;
use ipv8_core::internals::scheduler::Scheduler;

const SIZES: [u32; 5] = [1, 10, 100, 1_000, 10_000];

fn scheduler(strategies: u32) -> (Scheduler<u32>, Instant) {
    let now = Instant::now();
    let mut scheduler = Scheduler::new(Duration::from_millis(500));
    for strategy in 0..strategies {
        scheduler.insert(strategy, None, now, now);
    }
    (scheduler, now)
}

/// Takes one turn.
#[divan::bench(args = SIZES)]
fn take(bencher: Bencher, strategies: u32) {
    let (mut scheduler, _) = scheduler(strategies);
    bencher.bench_local(|| {
        let begins = scheduler.next_time().unwrap();
        scheduler.take(begins).unwrap()
    });
}

/// Adds one more strategy, which is removed before the next run.
#[divan::bench(args = SIZES, sample_size = 1, sample_count = 1_000)]
fn insert(bencher: Bencher, strategies: u32) {
    let (scheduler, now) = scheduler(strategies);
    let scheduler = RefCell::new(scheduler);
    bencher
        .with_inputs(|| scheduler.borrow_mut().remove_all([strategies], now))
        .bench_local_values(|()| scheduler.borrow_mut().insert(strategies, None, now, now));
}

#[divan::bench(args = SIZES)]
fn pause_and_resume(bencher: Bencher, strategies: u32) {
    let (mut scheduler, now) = scheduler(strategies);
    bencher.bench_local(|| scheduler.pause(0, now) && scheduler.resume(0, now));
}
