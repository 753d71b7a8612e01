//! How a node keeps up: its turns, its pacing and its inbox.

use std::fmt;

use ipv8_core::engine::{Health, PacingStats};
use ipv8_core::node::{InboxStats, NodeStats};
use serde::Serialize;

/// The load of a node.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    /// How late turns begin.
    pub health: Health,
    /// Datagrams of steps that were held to spread them.
    pub pacing: PacingStats,
    /// Received datagrams that wait to be opened.
    pub inbox: InboxStats,
}

impl Load {
    /// Returns the load of a node.
    #[must_use]
    pub fn of(stats: &NodeStats) -> Self {
        Self {
            health: stats.health,
            pacing: stats.pacing,
            inbox: stats.inbox,
        }
    }
}

/// Shows the turns of a node: the part of a text line about health.
pub(super) struct Turns<'a>(pub(super) &'a Health);

impl fmt::Display for Turns<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(health) = self;
        let [lag, worst] = [health.lag, health.worst].map(|time| time.as_secs_f64() * 1e3);
        write!(
            out,
            "turns {lag:.1} ms late, worst {worst:.1} ms, {} skipped",
            health.missed_turns
        )?;
        if health.slowdown > 1.0 {
            write!(out, ", intervals {:.1} times as long", health.slowdown)?;
        }
        Ok(())
    }
}

/// Shows the load as a part of a text line.
impl fmt::Display for Load {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            health,
            pacing,
            inbox,
        } = self;
        let overloaded = if health.overloaded {
            "overloaded"
        } else {
            "not overloaded"
        };
        write!(
            out,
            "{overloaded}: {}; held datagrams {} ({} so far, {} dropped); \
             inbox {} (at most {}, {} dropped)",
            Turns(health),
            pacing.held,
            pacing.delayed,
            pacing.dropped,
            inbox.waiting,
            inbox.most_waiting,
            inbox.dropped
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn load(overloaded: bool) -> Load {
        Load {
            health: Health {
                lag: Duration::from_nanos(12_345_678),
                smoothed: Duration::from_micros(5_000),
                worst: Duration::from_millis(80),
                overloaded,
                slowdown: if overloaded { 2.5 } else { 1.0 },
                missed_turns: 7,
            },
            pacing: PacingStats {
                held: 3,
                most_held: 40,
                delayed: 500,
                longest_delay: Duration::from_millis(15),
                dropped: 2,
                ..PacingStats::default()
            },
            inbox: InboxStats {
                waiting: 9,
                waiting_bytes: 1_728,
                most_waiting: 16_384,
                dropped: 11,
                ..InboxStats::default()
            },
        }
    }

    #[test]
    fn json_has_every_figure() -> Result<(), serde_json::Error> {
        let json = serde_json::to_value(load(true))?;
        assert_eq!(json["health"]["lag"], 0.012345);
        assert_eq!(json["pacing"]["longest_delay"], 0.015);
        assert_eq!(json["inbox"]["most_waiting"], 16_384);
        Ok(())
    }

    #[test]
    fn text_has_the_important_figures() {
        assert_eq!(
            load(false).to_string(),
            "not overloaded: turns 12.3 ms late, worst 80.0 ms, 7 skipped; \
             held datagrams 3 (500 so far, 2 dropped); inbox 9 (at most 16384, 11 dropped)"
        );
        let overloaded = load(true).to_string();
        assert!(overloaded.starts_with("overloaded: turns "), "{overloaded}");
        assert!(overloaded.contains(", intervals 2.5 times as long; "));
    }
}
