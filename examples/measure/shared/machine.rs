//! The machine that a figure was measured on, and the time.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fmt, fs};

use serde::Serialize;

/// The machine, its software and the time.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// UTC, such as 2026-07-01 15:04.
    pub date: String,
    /// The name of the processor.
    pub processor: String,
    /// Number of cores that this process may use.
    pub cores: usize,
    /// The operating system and its version.
    pub kernel: String,
    /// The version of Python; `None` without py-ipv8.
    pub python: Option<String>,
    /// The version of the compiler, if it is known.
    pub rustc: String,
    /// The cores of the measured process and of the requester; `None` if nothing is pinned.
    pub pinned: Option<(usize, usize)>,
}

impl Machine {
    /// Returns this machine, now.
    ///
    /// `there` is the number of cores that this process could use before it was pinned to one.
    pub fn here(python: Option<String>, there: usize, pinned: Option<(usize, usize)>) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            date: date(SystemTime::now()),
            processor: processor().unwrap_or_else(unknown),
            cores: there,
            kernel: output("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            python,
            rustc: output("rustc", &["--version"]).unwrap_or_else(unknown),
            pinned,
        }
    }

    /// Returns this machine, now, for measurements without Python and without pinning.
    pub fn this() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::here(None, cores, None)
    }
}

impl fmt::Display for Machine {
    /// Returns one line, such as
    /// `AMD EPYC, 2 cores, Linux 6.18.44, rustc 1.95.0, 2026-07-01 15:04 UTC`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processor,
            cores,
            kernel,
            ..
        } = self;
        write!(out, "{processor}, {cores} cores, {kernel}, ")?;
        if let Some(python) = &self.python {
            write!(out, "{python}, ")?;
        }
        write!(out, "{}, {} UTC", self.rustc, self.date)
    }
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok();
    let name = text.as_deref().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    name.or_else(|| output("sysctl", &["-n", "machdep.cpu.brand_string"]))
}

/// Returns the first line that a program prints; `None` if it cannot be run.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}

/// Returns day and minute, in UTC.
fn date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// Returns year, month and day for a number of days since 1970-01-01 (Howard Hinnant's algorithm,
/// for years from 1970 on).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_says_on_what_and_when() {
        let mut machine = Machine {
            date: "2026-07-01 15:04".to_owned(),
            processor: "a processor".to_owned(),
            cores: 2,
            kernel: "Linux 6.18".to_owned(),
            python: None,
            rustc: "rustc 1.95.0".to_owned(),
            pinned: None,
        };
        let (first, last) = (
            "a processor, 2 cores, Linux 6.18",
            "rustc 1.95.0, 2026-07-01 15:04 UTC",
        );
        assert_eq!(machine.to_string(), format!("{first}, {last}"));
        machine.python = Some("Python 3.11.7".to_owned());
        assert_eq!(
            machine.to_string(),
            format!("{first}, Python 3.11.7, {last}")
        );
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00"),
            (951_782_340, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (1_709_251_199, "2024-02-29 23:59"),
            (1_798_761_600, "2027-01-01 00:00"),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}
