//! Reads processor time and memory of processes.

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

/// Returns the processor time of all ended processes that this one started, and of those that they
/// started; `None` where it is unknown.
#[cfg(target_os = "linux")]
pub fn children_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let ticks = children_ticks(&text)?;
    let second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_secs_f64(ticks as f64 / second as f64))
}

/// Returns `None`: this system is not supported.
#[cfg(not(target_os = "linux"))]
pub fn children_time() -> Option<Duration> {
    None
}

/// Returns the sum of the fields `cutime` and `cstime` of `/proc/self/stat`.
#[cfg(any(target_os = "linux", test))]
fn children_ticks(stat: &str) -> Option<u64> {
    // The second field, the name of the program in parentheses, may contain anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(13);
    let (user, system) = (fields.next()?, fields.next()?);
    Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::children_ticks;

    #[test]
    fn the_time_of_children_is_found_behind_any_program_name() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 70 8 20 0 1 0 99";
        for name in ["cargo", "a) b 1 2 (c"] {
            assert_eq!(children_ticks(&format!("12 ({name}) {rest}")), Some(78));
        }
        assert_eq!(children_ticks("12 (cargo) S 1 2"), None);
    }
}
