//! How a node keeps up, as figures: its turns, what pacing holds, what waits to be read.

use std::fmt;

use ipv8_core::engine;
use ipv8_core::engine::PacingStats;
use ipv8_core::node::{InboxStats, NodeStats};
use serde::Serialize;

use super::seconds;

/// How late the turns of strategies begin. Times are seconds, in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Health {
    /// How late the last turn began.
    pub lag: f64,
    /// The same, smoothed.
    pub smoothed: f64,
    /// The longest lag of the last 10 to 20 seconds.
    pub worst: f64,
    /// Whether the node has more to do than time.
    pub overloaded: bool,
    /// How many times longer than wanted all intervals are.
    pub slowdown: f64,
    /// Turns that were given up, from the start on.
    pub missed_turns: u64,
}

/// What steps sent that leaves later, from the start on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PacingConfig {
    /// Datagrams that are held now.
    pub held: usize,
    /// The most that were held at one time.
    pub most_held: usize,
    /// Datagrams that were held.
    pub delayed: u64,
    /// Seconds that one of them was held at most, in whole microseconds.
    pub longest_delay: f64,
    /// Datagrams that were dropped: when the node stopped, or behind held ones.
    pub dropped: u64,
}

/// What has arrived and was not opened yet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Inbox {
    /// Datagrams that wait now.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// The most datagrams that waited at one time.
    pub most_waiting: usize,
    /// Datagrams that newer ones took the place of; among the drops they are `queue_full`.
    pub dropped: u64,
}

/// All of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    /// Whether turns begin in time.
    pub health: Health,
    /// What steps sent.
    pub pacing: PacingConfig,
    /// What arrived.
    pub inbox: Inbox,
}

impl Load {
    /// How the node keeps up that counted this.
    #[must_use]
    pub fn of(stats: &NodeStats) -> Self {
        Self {
            health: (&stats.health).into(),
            pacing: (&stats.pacing).into(),
            inbox: (&stats.inbox).into(),
        }
    }
}

impl From<&engine::Health> for Health {
    fn from(health: &engine::Health) -> Self {
        Self {
            lag: seconds(health.lag),
            smoothed: seconds(health.smoothed),
            worst: seconds(health.worst),
            overloaded: health.overloaded,
            slowdown: health.slowdown,
            missed_turns: health.missed_turns,
        }
    }
}

impl From<&PacingStats> for PacingConfig {
    fn from(counters: &PacingStats) -> Self {
        Self {
            held: counters.held,
            most_held: counters.most_held,
            delayed: counters.delayed,
            longest_delay: seconds(counters.longest_delay),
            dropped: counters.dropped,
        }
    }
}

impl From<&InboxStats> for Inbox {
    fn from(inbox: &InboxStats) -> Self {
        Self {
            waiting: inbox.waiting,
            waiting_bytes: inbox.waiting_bytes,
            most_waiting: inbox.most_waiting,
            dropped: inbox.dropped,
        }
    }
}

/// The part of a line for people that says how late turns are.
impl fmt::Display for Health {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lag, worst) = (self.lag * 1e3, self.worst * 1e3);
        write!(
            out,
            "turns {lag:.1} ms late, {worst:.1} at worst, {} given up",
            self.missed_turns
        )?;
        if self.slowdown > 1.0 {
            write!(out, ", intervals {:.1} times as long", self.slowdown)?;
        }
        Ok(())
    }
}

/// The part of a line for people.
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
            "{overloaded}: {health}; steps' datagrams held {} ({} so far, {} dropped); unread {} (at most {}, {} dropped)",
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

    fn health(overloaded: bool) -> engine::Health {
        engine::Health {
            lag: Duration::from_nanos(12_345_678),
            smoothed: Duration::from_micros(5_000),
            worst: Duration::from_millis(80),
            overloaded,
            slowdown: if overloaded { 2.5 } else { 1.0 },
            missed_turns: 7,
        }
    }

    fn load(overloaded: bool) -> Load {
        let pacing = PacingStats {
            held: 3,
            most_held: 40,
            delayed: 500,
            longest_delay: Duration::from_millis(15),
            dropped: 2,
            ..PacingStats::default()
        };
        let inbox = InboxStats {
            waiting: 9,
            waiting_bytes: 1_728,
            most_waiting: 16_384,
            dropped: 11,
        };
        Load {
            health: (&health(overloaded)).into(),
            pacing: (&pacing).into(),
            inbox: (&inbox).into(),
        }
    }

    #[test]
    fn programs_get_every_figure() -> Result<(), serde_json::Error> {
        let expected = concat!(
            r#"{"health":{"lag":0.012345,"smoothed":0.005,"worst":0.08,"overloaded":true,"slowdown":2.5,"missed_turns":7},"#,
            r#""pacing":{"held":3,"most_held":40,"delayed":500,"longest_delay":0.015,"dropped":2},"#,
            r#""inbox":{"waiting":9,"waiting_bytes":1728,"most_waiting":16384,"dropped":11}}"#,
        );
        assert_eq!(serde_json::to_string(&load(true))?, expected);
        Ok(())
    }

    #[test]
    fn people_get_a_short_text() {
        assert_eq!(
            load(false).to_string(),
            "not overloaded: turns 12.3 ms late, 80.0 at worst, 7 given up; steps' datagrams held 3 (500 so far, 2 dropped); \
             unread 9 (at most 16384, 11 dropped)"
        );
        let overloaded = load(true).to_string();
        assert!(overloaded.starts_with("overloaded: turns "), "{overloaded}");
        assert!(overloaded.contains(", intervals 2.5 times as long; "));
    }
}
