//! Runs this program under callgrind and reads callgrind's output.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::options::CHILD;

/// The crates whose functions are "the curve": Ed25519 and its SHA-512.
const CURVE: [&str; 3] = ["ed25519_dalek", "curve25519_dalek", "sha2"];

/// Functions of this crate sit between functions of SHA-512, so their calls do not enter the curve.
const HASHING: &str = "digest::";

/// Functions of the C library that allocate; Rust's allocator calls them.
const ALLOCATORS: [&str; 5] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "aligned_alloc",
];

/// The cost of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// All instructions.
    pub(crate) total: f64,
    /// Instructions in the curve's operations.
    pub(crate) curve: f64,
    /// Allocated or enlarged blocks of memory.
    pub(crate) allocations: f64,
}

impl Counts {
    /// Returns the instructions outside the curve's operations.
    pub(crate) fn without_curve(&self) -> f64 {
        self.total - self.curve
    }
}

/// Callgrind's counts of the counted function.
#[derive(Default)]
pub(crate) struct Profile<'a> {
    total: u64,
    curve: u64,
    /// For each allocating function: the lowest executed address, which is its entry, and the
    /// number of executions of it. The numbers of calls are useless, because callgrind also counts
    /// calls outside the counted function.
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

    /// Parses callgrind's format with uncompressed names and positions. `fn=` starts a function. A
    /// line of address, line and cost is an instruction of it. `cfn=` and `calls=` are a call that
    /// it makes; the next line ends with the cost of that call and everything below it.
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

/// Returns the address and the cost of an instruction.
fn instruction(line: &str) -> Option<(u64, u64)> {
    let (address, rest) = line.strip_prefix("0x")?.split_once(' ')?;
    let cost = rest.split(' ').nth(1)?;
    Some((u64::from_str_radix(address, 16).ok()?, cost.parse().ok()?))
}

/// Returns `true` if valgrind can be run.
pub(crate) fn is_there() -> bool {
    let mut valgrind = Command::new("valgrind");
    let asked = valgrind
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Runs the path under callgrind. Returns the cost of one of its `runs`, and its output.
pub(crate) fn profile(path: &str, runs: usize) -> (Counts, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-instr=yes"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        // No other function matches this name, whatever suffix the compiler appends.
        .arg("--toggle-collect=*instructions*counted*")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe().expect("the path of this program"))
        .args([CHILD, path])
        .output()
        .expect("valgrind can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{path} failed under callgrind: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(&file).expect("callgrind's output");
    (Profile::parse(&text).per_run(runs), said)
}
