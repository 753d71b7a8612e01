//! The counters that the programs report every second.

use std::fmt;

use ipv8_core::state::EngineStats;
use serde::Serialize;

use super::Load;

/// The counters of a node or a tracker since its start.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// Seconds since the start, in whole microseconds.
    pub at: f64,
    /// Datagrams and bytes in and out, drops by reason, panics.
    #[serde(flatten)]
    pub engine: EngineStats,
    /// Number of verified peers.
    pub peers: usize,
    /// Number of addresses that a strategy could walk to; 0 for a tracker, which never walks.
    pub walkable: usize,
    /// The load; `None` for a tracker, which has no turns and answers at once.
    #[serde(flatten)]
    pub load: Option<Load>,
}

/// Shows the counters as a text line.
impl fmt::Display for Stats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            engine,
            peers,
            walkable,
            load,
        } = self;
        write!(
            out,
            "{at:.1} s: peers {peers}, walkable {walkable}; datagrams in {} ({} bytes), out {} ({} bytes)",
            engine.datagrams_in, engine.bytes_in, engine.datagrams_out, engine.bytes_out
        )?;
        if let Some(load) = load {
            write!(out, "; {load}")?;
        }
        let mut before = "; dropped: ";
        for (reason, count) in engine.drops().filter(|(_, count)| *count > 0) {
            write!(out, "{before}{} {count}", reason.name())?;
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
    fn json_and_text_have_the_counters() {
        let stats = Stats {
            at: 1.0,
            engine: dropped(100, DropReason::BadSignature),
            peers: 2,
            walkable: 3,
            load: None,
        };
        assert!(stats.to_string().ends_with("; dropped: bad_signature 1"));
        let line = Events::Json.line(&Report::Stats(Box::new(stats)));
        let start = r#"{"event":"stats","at":1.0,"datagrams_in":1,"datagrams_out":0,"#;
        assert!(line.starts_with(start), "{line}");
        assert!(line.ends_with(r#","peers":2,"walkable":3}"#), "{line}");
        assert!(line.contains(r#""bad_signature":1"#), "{line}");
    }
}
