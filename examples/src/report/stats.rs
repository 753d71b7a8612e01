//! The figures that the programs give every second.

use std::collections::BTreeMap;
use std::fmt;

use ipv8_core::state::EngineStats;
use serde::Serialize;

use super::Load;

/// The figures of a node or a tracker, from its start on.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// Seconds since the start, in whole microseconds.
    pub at: f64,
    /// Datagrams received, dropped ones included.
    pub datagrams_in: u64,
    /// Datagrams handed to the sockets.
    pub datagrams_out: u64,
    /// Bytes received, without IP and UDP headers.
    pub bytes_in: u64,
    /// Bytes handed to the sockets, without IP and UDP headers.
    pub bytes_out: u64,
    /// Every reason to drop something with its count, zeros included.
    pub drops: BTreeMap<&'static str, u64>,
    /// Verified peers.
    pub peers: usize,
    /// Addresses a strategy could walk to; of a tracker always 0, as it never walks.
    pub walkable: usize,
    /// How the node keeps up; `None`, and no fields of the JSON, of a tracker, which has no turns and answers at once.
    #[serde(flatten)]
    pub load: Option<Load>,
}

impl Stats {
    /// The figures of `stats`, and the counts given.
    #[must_use]
    pub fn new(at: f64, stats: &EngineStats, peers: usize, walkable: usize) -> Self {
        Self {
            at,
            datagrams_in: stats.datagrams_in,
            datagrams_out: stats.datagrams_out,
            bytes_in: stats.bytes_in,
            bytes_out: stats.bytes_out,
            drops: stats
                .drops()
                .map(|(reason, count)| (reason.name(), count))
                .collect(),
            peers,
            walkable,
            load: None,
        }
    }

    /// The same, with how the node keeps up.
    #[must_use]
    pub fn loaded(self, load: Load) -> Self {
        Self {
            load: Some(load),
            ..self
        }
    }
}

/// A line for people.
impl fmt::Display for Stats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            datagrams_in,
            datagrams_out,
            bytes_in,
            bytes_out,
            peers,
            walkable,
            ..
        } = self;
        write!(
            out,
            "{at:.1} s: peers {peers}, walkable {walkable}; datagrams in {datagrams_in} ({bytes_in} bytes), \
             out {datagrams_out} ({bytes_out} bytes)"
        )?;
        if let Some(load) = &self.load {
            write!(out, "; {load}")?;
        }
        let mut before = "; dropped: ";
        for (reason, count) in self.drops.iter().filter(|(_, count)| **count > 0) {
            write!(out, "{before}{reason} {count}")?;
            before = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Events, Report};
    use ipv8_core::internals::values::dropped;
    use ipv8_core::state::DropReason;

    #[test]
    fn figures_have_every_reason_to_drop() {
        let stats = dropped(100, DropReason::BadSignature);
        let stats = Stats::new(1.0, &stats, 2, 3);
        let line = Events::Json.line(&Report::Stats(stats.clone()));
        let numbers = r#"{"event":"stats","at":1.0,"datagrams_in":1,"datagrams_out":0,"bytes_in":100,"bytes_out":0,"drops":{"#;
        assert!(line.starts_with(numbers), "{line}");
        assert!(line.ends_with(r#"},"peers":2,"walkable":3}"#), "{line}");
        assert_eq!(line.matches(':').count(), 9 + stats.drops.len());
        assert!(line.contains(r#""bad_signature":1"#), "{line}");
        assert!(stats.to_string().ends_with("; dropped: bad_signature 1"));
    }
}
