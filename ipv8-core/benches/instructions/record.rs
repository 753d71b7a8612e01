//! The recorded counts, and the changes since.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use crate::callgrind::Counts;

/// The growth at which `--check` fails.
const BOUND: f64 = 0.10;

/// Differences below this number of instructions are noise: hash tables have a new seed in each
/// process.
const NOISE: f64 = 40.0;

/// The heading of the lines of [`Record::compare`].
pub(crate) const HEADING: &str = "path                                    instructions     w/o curve  change  allocations  change";

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

const ABOUT: &str = "\
# Instructions and allocations of one run of each hot path: `cargo bench -p ipv8-core --bench instructions -- --record`.
# path, instructions, those outside the curve's operations, allocations
";

/// The counts of some paths, and the compiler and processor that they were counted with.
#[derive(Default)]
pub(crate) struct Record {
    place: String,
    counts: BTreeMap<String, Counts>,
}

impl Record {
    /// Reads the repository's record; empty if the file does not exist.
    pub(crate) fn read() -> Self {
        Self::parse(&std::fs::read_to_string(FILE).unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let mut record = Self::default();
        for line in text.lines() {
            if let Some(place) = line.strip_prefix("# counted with ") {
                place.clone_into(&mut record.place);
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let [path, numbers @ ..] = words.as_slice() else {
                continue;
            };
            let numbers: Vec<f64> = numbers
                .iter()
                .filter_map(|word| word.parse().ok())
                .collect();
            if let &[total, beside, allocations] = numbers.as_slice() {
                let curve = total - beside;
                record.counts.insert(
                    (*path).to_owned(),
                    Counts {
                        total,
                        curve,
                        allocations,
                    },
                );
            }
        }
        record
    }

    pub(crate) fn add(&mut self, path: &str, counts: Counts, features: &str) {
        self.place = format!("{}, {features}", compiler());
        self.counts.insert(path.to_owned(), counts);
    }

    /// Returns this record with the paths of `newer` replaced or added. Paths of another compiler
    /// or processor are dropped.
    pub(crate) fn overwritten_by(mut self, newer: Self) -> Self {
        if self.place != newer.place {
            self.counts.clear();
        }
        self.counts.extend(newer.counts);
        self.place = newer.place;
        self
    }

    pub(crate) fn write(&self) {
        let mut text = format!("{ABOUT}# counted with {}\n", self.place);
        for (path, counts) in &self.counts {
            let (total, beside) = (counts.total, counts.without_curve());
            let _ = writeln!(
                text,
                "{path:<40} {total:>10.0} {beside:>8.0} {:>8.2}",
                counts.allocations
            );
        }
        std::fs::write(FILE, text).expect("cannot write the record");
        println!("written: {FILE}");
    }

    /// Returns a line with the counts and their difference from this record.
    pub(crate) fn compare(&self, path: &str, now: &Counts) -> String {
        let old = self.counts.get(path);
        let change = |of: fn(&Counts) -> f64| old.map(|old| change(of(old), of(now)));
        let beside = change(Counts::without_curve)
            .map_or("new".to_owned(), |by| format!("{:+.1} %", by * 100.0));
        let by = old.map_or(0.0, |old| now.allocations - old.allocations);
        format!(
            "{path:<40}{:>12.0}{:>14.0}{beside:>8}{:>13.2}{by:>+8.2}",
            now.total,
            now.without_curve(),
            now.allocations
        )
    }

    /// Returns a line for each count that grew by more than the bound.
    pub(crate) fn grown(&self, now: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, new) in &now.counts {
            let Some(old) = self.counts.get(path) else {
                continue;
            };
            let figures = [
                ("instructions", old.total, new.total, NOISE),
                (
                    "instructions without the curve",
                    old.without_curve(),
                    new.without_curve(),
                    NOISE,
                ),
                ("allocations", old.allocations, new.allocations, 0.05),
            ];
            for (what, old, new, noise) in figures {
                if new - old > noise && change(old, new) > BOUND {
                    lines.push(format!("GROWN: {path}: {what} {old:.2} -> {new:.2}"));
                }
            }
        }
        lines
    }

    /// Returns `true` if the two records are comparable; prints the reason otherwise.
    pub(crate) fn explain(&self, now: &Self) -> bool {
        let same = self.place == now.place;
        if !same && !now.counts.is_empty() {
            println!("the record is from another compiler or processor, so nothing is checked:");
            println!("  recorded: {}\n  here:     {}", self.place, now.place);
        }
        same
    }
}

fn change(old: f64, new: f64) -> f64 {
    if old == 0.0 {
        new.min(1.0)
    } else {
        new / old - 1.0
    }
}

fn compiler() -> String {
    let rustc = Command::new("rustc").arg("--version").output();
    let version = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|_| "an unknown rustc".to_owned())
}

/// Returns the features of the processor, as far as the curve's operations and hashes use them.
pub(crate) fn features() -> String {
    let mut found = vec![std::env::consts::ARCH, std::env::consts::OS];
    #[cfg(target_arch = "x86_64")]
    {
        let asked = [
            ("avx2", std::is_x86_feature_detected!("avx2")),
            ("avx512f", std::is_x86_feature_detected!("avx512f")),
            ("sha", std::is_x86_feature_detected!("sha")),
        ];
        found.extend(
            asked
                .iter()
                .filter(|(_, is_there)| *is_there)
                .map(|(name, _)| *name),
        );
    }
    found.join(" ")
}
