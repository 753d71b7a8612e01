//! Time and memory of this process.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this thread has had.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanos)
}

/// Adds up the time of the parts of a batch that count.
#[derive(Default)]
pub(crate) struct Meter {
    spent: Duration,
}

impl Meter {
    /// Calls `work`, and counts its time.
    pub(crate) fn time<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let before = processor_time();
        let result = work();
        self.spent += processor_time().saturating_sub(before);
        result
    }
}

/// The median over `batches` of the nanoseconds for one of the things that `batch` does; it returns how many.
pub(crate) fn nanoseconds(batches: usize, mut batch: impl FnMut(&mut Meter) -> usize) -> f64 {
    // The first one fills the caches.
    batch(&mut Meter::default());
    let mut all: Vec<f64> = (0..batches)
        .map(|_| {
            let mut meter = Meter::default();
            let count = batch(&mut meter);
            meter.spent.as_secs_f64() * 1e9 / ratio(count.max(1))
        })
        .collect();
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The resident memory of this process in bytes; 0 where the system does not say.
pub(crate) fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_whitespace().nth(1);
    let pages = pages.and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * rustix::param::page_size() as u64
}

#[allow(clippy::cast_precision_loss)]
pub(crate) fn ratio(count: usize) -> f64 {
    count as f64
}
