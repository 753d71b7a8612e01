//! The counters that the programs report every second.

use std::fmt;

use ipv8_core::communities::TrackerStats;
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
    /// The counters of a tracker; `None` for a node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracker: Option<TrackerStats>,
}

/// Returns the counters of a tracker that are not zero, as text.
fn text(counters: &TrackerStats) -> Option<String> {
    let counters = serde_json::to_value(counters).ok()?;
    let counters = counters.as_object()?.iter();
    let counters = counters.filter(|(_, count)| count.as_u64() != Some(0));
    let texts: Vec<_> = counters
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    Some(texts.join(", "))
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
            tracker,
        } = self;
        write!(
            out,
            "{at:.1} s: peers {peers}, walkable {walkable}; datagrams in {} ({} bytes), out {} ({} bytes)",
            engine.datagrams_in, engine.bytes_in, engine.datagrams_out, engine.bytes_out
        )?;
        if let Some(load) = load {
            write!(out, "; {load}")?;
        }
        if let Some(counters) = tracker.as_ref().and_then(text) {
            write!(out, "; {counters}")?;
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
            tracker: None,
        };
        let tracker = TrackerStats {
            newcomers: 4,
            refused_host: 5,
            ..TrackerStats::default()
        };
        let tracker = text(&tracker);
        assert_eq!(tracker.as_deref(), Some("newcomers 4, refused_host 5"));
        assert!(stats.to_string().ends_with("; dropped: bad_signature 1"));
        let line = Events::Json.line(&Report::Stats(Box::new(stats)));
        let start = r#"{"event":"stats","at":1.0,"datagrams_in":1,"datagrams_out":0,"#;
        assert!(line.starts_with(start), "{line}");
        assert!(line.ends_with(r#","peers":2,"walkable":3}"#), "{line}");
        assert!(line.contains(r#""bad_signature":1"#), "{line}");
    }
}
