//! Runs this program below callgrind and reads what callgrind wrote.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::options::CHILD;

/// Whose functions are "the curve": Ed25519 and the SHA-512 in it.
const CURVE: [&str; 3] = ["ed25519_dalek", "curve25519_dalek", "sha2"];

/// Functions of this crate pass SHA-512 on to itself: a call out of them is not a call into the curve.
const HASHING: &str = "digest::";

/// Functions of the C library that give memory; Rust's allocator calls them.
const ALLOCATORS: [&str; 5] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "aligned_alloc",
];

/// What one run costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// Instructions in all.
    pub(crate) total: f64,
    /// Those within the curve's operations.
    pub(crate) curve: f64,
    /// Blocks of memory asked for, or made larger.
    pub(crate) allocations: f64,
}

impl Counts {
    /// Instructions that are not the curve's.
    pub(crate) fn beside(&self) -> f64 {
        self.total - self.curve
    }
}

/// What callgrind counted while the counted function ran.
#[derive(Default)]
pub(crate) struct Profile<'a> {
    total: u64,
    curve: u64,
    /// For each function that gives memory the lowest address seen, which is its entry, and how often that was executed. The
    /// numbers of calls are no use: callgrind counts those too that are made while it does not count instructions.
    entries: BTreeMap<&'a str, (u64, u64)>,
}

impl<'a> Profile<'a> {
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn per_run(&self, runs: usize) -> Counts {
        let per_run = |count: u64| count as f64 / runs as f64;
        let allocations = self.entries.values().map(|(_, executed)| executed).sum();
        Counts {
            total: per_run(self.total),
            curve: per_run(self.curve),
            allocations: per_run(allocations),
        }
    }

    /// Reads callgrind's format, names and positions written out: `fn=` begins a function, a line of address, line and cost is an
    /// instruction of it, `cfn=` and `calls=` are a call it makes, whose cost with all below it is at the end of the next line.
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut profile = Self::default();
        let (mut caller, mut callee) = ("", "");
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("fn=") {
                caller = name;
            } else if let Some(name) = line.strip_prefix("cfn=") {
                callee = name;
            } else if line.starts_with("calls=") {
                let cost = lines.next().and_then(instruction);
                if is_curve(callee) && !is_curve(caller) && !caller.contains(HASHING) {
                    profile.curve += cost.map_or(0, |(_, cost)| cost);
                }
            } else if let Some(total) = line.strip_prefix("totals: ") {
                profile.total = total.trim().parse().unwrap_or_default();
            } else if ALLOCATORS.contains(&caller)
                && let Some((address, cost)) = instruction(line)
            {
                let entry = profile.entries.entry(caller).or_insert((address, 0));
                match address.cmp(&entry.0) {
                    Ordering::Less => *entry = (address, cost),
                    Ordering::Equal => entry.1 += cost,
                    Ordering::Greater => {}
                }
            }
        }
        profile
    }
}

fn is_curve(function: &str) -> bool {
    CURVE.iter().any(|part| function.contains(part))
}

/// The address of an instruction, and what it cost.
fn instruction(line: &str) -> Option<(u64, u64)> {
    let (address, rest) = line.strip_prefix("0x")?.split_once(' ')?;
    let cost = rest.split(' ').nth(1)?;
    Some((u64::from_str_radix(address, 16).ok()?, cost.parse().ok()?))
}

/// Whether valgrind can be run.
pub(crate) fn is_there() -> bool {
    let mut valgrind = Command::new("valgrind");
    let asked = valgrind
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Runs the path below callgrind; gives what one of its `runs` costs and what it printed.
pub(crate) fn profile(path: &str, runs: usize) -> (Counts, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-instr=yes"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        // No generic function has this name, so it is the same whatever the compiler appends.
        .arg("--toggle-collect=*instructions*counted*")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe().expect("the path of this program"))
        .args([CHILD, path])
        .output()
        .expect("valgrind was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{path} failed below callgrind: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(&file).expect("callgrind's output");
    (Profile::parse(&text).per_run(runs), said)
}
