//! Logs that a node is overloaded and that it no longer is, at a readable rate.

use std::time::{Duration, Instant};

use crate::engine::Health;
use crate::node::pipeline::Pipeline;

/// The shortest time between two lines.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Overloaded,
    Over,
}

/// The last line, and when it was logged.
#[derive(Debug, Default)]
pub(super) struct OverloadLog {
    last: Option<(Line, Instant)>,
}

impl OverloadLog {
    /// Logs a line if one is due. To be called when the node becomes overloaded or no longer is,
    /// and every [`LOG_EVERY`].
    pub(super) fn note(&mut self, health: &Health, pipeline: &Pipeline, at: Instant) {
        let worst_lag_ms = health.worst.as_secs_f64() * 1e3;
        let (slowdown, missed_turns) = (health.slowdown, health.missed_turns);
        match self.due(health, at) {
            Some(Line::Overloaded) => {
                let crowd = pipeline.crowd();
                tracing::warn!(
                    worst_lag_ms,
                    missed_turns,
                    waiting = pipeline.stats().waiting,
                    slowdown,
                    class = crowd.map(|crowd| display(crowd.class)),
                    overlay = crowd.map(|crowd| display(crowd.overlay)),
                    sender = crowd.map(|crowd| display(crowd.sender)),
                    "overloaded: skipping late turns; incoming datagrams may be delayed or dropped"
                );
            }
            Some(Line::Over) => {
                tracing::info!(worst_lag_ms, missed_turns, "no longer overloaded");
            }
            None => {}
        }
    }

    /// Returns the line that is due: that the node is overloaded, repeated while it is, and once
    /// that it no longer is. At most one line in [`LOG_EVERY`].
    fn due(&mut self, health: &Health, at: Instant) -> Option<Line> {
        let line = match (health.overloaded, self.last) {
            (true, _) => Line::Overloaded,
            (false, Some((Line::Overloaded, _))) => Line::Over,
            (false, _) => return None,
        };
        // A node that recovers for good is reported at the next call; one that alternates, at
        // times.
        let last = self.last.map(|(_, logged)| logged);
        if last.is_some_and(|logged| at.saturating_duration_since(logged) < LOG_EVERY) {
            return None;
        }
        self.last = Some((line, at));
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(overloaded: bool) -> Health {
        Health {
            lag: Duration::ZERO,
            smoothed: Duration::ZERO,
            worst: Duration::ZERO,
            overloaded,
            slowdown: 1.0,
            missed_turns: 0,
        }
    }

    #[test]
    fn overload_is_logged_at_a_readable_rate_and_so_is_its_end() {
        let (mut log, start) = (OverloadLog::default(), Instant::now());
        let mut due = |overloaded, seconds| {
            log.due(&health(overloaded), start + Duration::from_secs(seconds))
        };
        assert_eq!(due(false, 0), None, "never overloaded");
        assert_eq!(due(true, 1), Some(Line::Overloaded));
        assert_eq!(due(false, 2), None);
        assert_eq!(due(true, 3), None, "logged two seconds ago");
        assert_eq!(due(true, 11), Some(Line::Overloaded), "still overloaded");
        assert_eq!(due(false, 12), None);
        assert_eq!(due(false, 21), Some(Line::Over));
        assert_eq!(due(false, 40), None);
        assert_eq!(due(true, 41), Some(Line::Overloaded));
    }
}
