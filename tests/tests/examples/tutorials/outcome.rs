//! The outcome of a tutorial.

use std::collections::{BTreeMap, BTreeSet};

/// The standard output of a tutorial, in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// Nothing.
    Silence,
    /// Exactly these lines.
    Lines(&'static [&'static str]),
    /// The log of this many nodes, each on its own port.
    Log { nodes: usize },
    /// Two peers that each print the peer they found.
    FoundEachOther,
    /// This many peers that count together, each only upwards, until one has reached 20.
    Clocks { nodes: usize },
    /// Two peers that ask each other for the next number, one at a time, up to this one.
    CountedTo(u32),
    /// At least this many unit tests, all of which pass.
    Tests(usize),
}

impl Outcome {
    /// Checks the lines that the Rust example `name` printed.
    pub(crate) fn check(self, name: &str, lines: &[String]) {
        match self {
            Self::Silence => assert!(lines.is_empty(), "{name}: {lines:?}"),
            Self::Lines(wanted) => assert_eq!(lines, wanted, "{name}"),
            Self::Log { nodes } => check_log(name, lines, nodes),
            Self::FoundEachOther => check_found(name, lines),
            Self::Clocks { nodes } => check_clocks(name, lines, nodes),
            Self::CountedTo(last) => check_counted(name, lines, last),
            Self::Tests(count) => check_tests(name, lines, count),
        }
    }

    /// Returns `true` if the Python version prints the same kind of lines. Its log and its unit
    /// tests look different.
    pub(crate) fn is_the_same_in_python(self) -> bool {
        !matches!(self, Self::Log { .. } | Self::Tests(_))
    }
}

fn check_log(name: &str, lines: &[String], nodes: usize) {
    let running = lines.iter().filter(|line| line.contains("node running"));
    let addresses: BTreeSet<_> = running
        .filter_map(|line| line.split_once("addresses=[")?.1.split(']').next())
        .collect();
    assert_eq!(addresses.len(), nodes, "{name}: {lines:?}");
    assert!(
        addresses
            .iter()
            .all(|address| address.starts_with("127.0.0.1:")),
        "{name}: {addresses:?}"
    );
    let stopped = lines.iter().filter(|line| line.contains("node stopped"));
    assert_eq!(stopped.count(), nodes, "{name}: {lines:?}");
}

/// Returns the base64 mid in `Peer<127.0.0.1:8090, mid>`. The address in it changes while a node
/// learns its own address.
fn mid(peer: &str) -> &str {
    let inside = peer
        .strip_prefix("Peer<")
        .and_then(|rest| rest.strip_suffix('>'));
    let mid = inside
        .and_then(|inside| inside.split_once(", "))
        .map(|(_, mid)| mid);
    let mid = mid.unwrap_or_else(|| panic!("no peer: {peer}"));
    assert_eq!(mid.len(), 28, "{peer}");
    mid
}

fn check_found(name: &str, lines: &[String]) {
    let found = lines.iter().map(|line| {
        let rest = line.strip_prefix("I am: ");
        let pair = rest.and_then(|rest| rest.split_once(" I found: "));
        let (me, peer) = pair.unwrap_or_else(|| panic!("{name}: {line}"));
        (mid(me), mid(peer))
    });
    let found: Vec<_> = found.collect();
    let [(one, other), back] = found[..] else {
        panic!("{name}: two lines, not {lines:?}");
    };
    assert_ne!(one, other, "{name}");
    assert_eq!(back, (other, one), "{name}");
}

fn check_clocks(name: &str, lines: &[String], nodes: usize) {
    let mut clocks = BTreeMap::<&str, i64>::new();
    for line in lines {
        let pair = line.split_once(" current clock: ");
        let (me, clock) = pair.unwrap_or_else(|| panic!("{name}: {line}"));
        let clock = clock.parse().expect("a number");
        let before = clocks.insert(mid(me), clock).unwrap_or(0);
        assert!(clock > before, "{name}: {line} after {before}");
    }
    assert_eq!(clocks.len(), nodes, "{name}: {clocks:?}");
    assert!(
        clocks.values().any(|clock| *clock >= 20),
        "{name}: {clocks:?}"
    );
}

fn check_counted(name: &str, lines: &[String], last: u32) {
    let mut counts = BTreeMap::<&str, u32>::new();
    for line in lines {
        let pair = line.split_once(" responded to: ");
        let (peer, numbers) = pair.unwrap_or_else(|| panic!("{name}: {line}"));
        let asked = counts.entry(mid(peer)).or_default();
        assert_eq!(
            numbers,
            format!("{asked} with: {}", *asked + 1),
            "{name}: {line}"
        );
        *asked += 1;
    }
    assert_eq!(counts.len(), 2, "{name}: {counts:?}");
    assert!(
        counts.values().all(|count| *count == last),
        "{name}: {counts:?}"
    );
}

fn check_tests(name: &str, lines: &[String], count: usize) {
    let passed = lines.iter().find_map(|line| {
        let rest = line.strip_prefix("test result: ok. ")?;
        rest.split(' ').next()?.parse::<usize>().ok()
    });
    assert!(passed >= Some(count), "{name}: {lines:?}");
}
