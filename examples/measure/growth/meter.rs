//! Measures the processor time of a thread and the memory of this process (Linux only).

use std::time::Duration;

pub(crate) use system::{IS_SUPPORTED, resident};

use system::processor_time;

#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    /// `true` if this system can measure.
    pub(crate) const IS_SUPPORTED: bool = true;

    /// Returns the processor time of this thread so far.
    pub(super) fn processor_time() -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
        Duration::new(seconds, nanos)
    }

    /// Returns the resident memory of this process in bytes; 0 if the system does not report it.
    pub(crate) fn resident() -> u64 {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages = text.split_whitespace().nth(1);
        let pages = pages.and_then(|pages| pages.parse::<u64>().ok());
        pages.unwrap_or(0) * rustix::param::page_size() as u64
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    /// `true` if this system can measure.
    pub(crate) const IS_SUPPORTED: bool = false;

    /// Returns zero: this system cannot measure.
    pub(super) fn processor_time() -> Duration {
        Duration::ZERO
    }

    /// Returns zero: this system cannot measure.
    pub(crate) fn resident() -> u64 {
        0
    }
}

/// Sums the times of the measured parts of a batch.
#[derive(Default)]
pub(crate) struct Meter {
    spent: Duration,
}

impl Meter {
    /// Calls `work` and adds its time.
    pub(crate) fn time<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let before = processor_time();
        let result = work();
        self.spent += processor_time().saturating_sub(before);
        result
    }
}

/// Returns the median time of one operation over `batches` batches, in nanoseconds. `batch` runs
/// one batch and returns the number of operations in it.
pub(crate) fn nanoseconds(batches: usize, mut batch: impl FnMut(&mut Meter) -> usize) -> f64 {
    // The first batch fills the caches and is not counted.
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

/// Returns a count as a floating-point number.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn ratio(count: usize) -> f64 {
    count as f64
}
