//! Reads processor time and memory of a running process.

use std::fs;
use std::time::Duration;

/// Returns the processor time of all threads of a process; `None` where it is unknown.
pub fn processor_time(pid: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    nanoseconds
        .reduce(u64::saturating_add)
        .filter(|sum| *sum > 0)
        .map(Duration::from_nanos)
}

/// Returns the resident memory of a process in bytes; `None` where it is unknown.
pub fn resident(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1_024.0)
}
