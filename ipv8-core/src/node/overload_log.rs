//! Says in the log that a node is overloaded, and that it is no more; seldom enough to be read.

use std::time::Instant;

use crate::engine::Health;
use crate::node::driver::REPORT_EVERY;

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Overloaded,
    Over,
}

/// What was said last.
#[derive(Debug, Default)]
pub(super) struct OverloadLog {
    last: Option<(Line, Instant)>,
}

impl OverloadLog {
    /// At most one line of a kind in [`REPORT_EVERY`]: that the node is overloaded, again while it still is, and once that it is no more.
    fn due(&mut self, health: &Health, at: Instant) -> Option<Line> {
        let line = match (health.overloaded, self.last) {
            (true, _) => Line::Overloaded,
            (false, Some((Line::Overloaded, _))) => Line::Over,
            (false, _) => return None,
        };
        let spoke = self.last.map(|(_, spoke)| spoke);
        // What is over for good is said at the next report; what comes and goes is said once in a while.
        if spoke.is_some_and(|spoke| at.saturating_duration_since(spoke) < REPORT_EVERY) {
            return None;
        }
        self.last = Some((line, at));
        Some(line)
    }

    /// To be called when the node becomes overloaded, or is no more, and every [`REPORT_EVERY`]; `waiting` datagrams have arrived and were
    /// not opened yet.
    pub(super) fn note(&mut self, health: &Health, waiting: usize, at: Instant) {
        let milliseconds = health.worst.as_secs_f64() * 1e3;
        let (slowdown, missed) = (health.slowdown, health.missed_turns);
        match self.due(health, at) {
            Some(Line::Overloaded) => {
                tracing::warn!(
                    worst_lag_ms = milliseconds,
                    missed_turns = missed,
                    waiting,
                    slowdown,
                    "overloaded: turns begin late, so turns are given up, and what arrives may have to wait or be dropped"
                );
            }
            Some(Line::Over) => {
                tracing::info!(
                    worst_lag_ms = milliseconds,
                    missed_turns = missed,
                    "no longer overloaded"
                );
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
    fn it_speaks_once_in_a_while_and_says_when_it_is_over() {
        let (mut log, start) = (OverloadLog::default(), Instant::now());
        let mut due = |overloaded, seconds| {
            log.due(&health(overloaded), start + Duration::from_secs(seconds))
        };
        assert_eq!(due(false, 0), None, "there is nothing to say");
        assert_eq!(due(true, 1), Some(Line::Overloaded));
        assert_eq!(due(false, 2), None);
        assert_eq!(due(true, 3), None, "that was said");
        assert_eq!(due(true, 11), Some(Line::Overloaded), "it still is");
        assert_eq!(due(false, 12), None);
        assert_eq!(due(false, 21), Some(Line::Over));
        assert_eq!(due(false, 40), None);
        assert_eq!(due(true, 41), Some(Line::Overloaded));
    }
}
