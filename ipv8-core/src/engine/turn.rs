//! The turn that is in progress.

use std::time::{Duration, Instant};

use crate::engine::overlays::StrategyId;
use crate::wire::packet::CommunityId;

/// Identifies a strategy in the scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StrategyKey {
    pub(super) overlay: CommunityId,
    pub(super) strategy: StrategyId,
}

/// Strategy ids are unique in the whole node, so the overlay need not be hashed.
impl std::hash::Hash for StrategyKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.strategy.hash(state);
    }
}

/// The last turn, until everything its step sent was handed to the socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    began: Instant,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The driver has not reported `Input::Flushed` since the turn began.
    Stepping,
    /// The step returned; datagrams of it are held.
    Sending,
    /// Nothing was called. The next turn may begin at once; only the duration is still measured.
    Skipped,
}

impl Turn {
    pub(super) fn new(began: Instant) -> Self {
        Self {
            began,
            phase: Phase::Stepping,
        }
    }

    /// Returns `true` if the next turn has to wait for this one.
    pub(super) fn is_open(self) -> bool {
        self.phase != Phase::Skipped
    }

    /// Marks the turn as skipped.
    pub(super) fn skip(&mut self) {
        self.phase = Phase::Skipped;
    }

    /// Notes an `Input::Flushed` at `now`. Returns how long the step took, the first time.
    pub(super) fn flushed(&mut self, now: Instant) -> Option<Duration> {
        if self.phase == Phase::Sending {
            return None;
        }
        if self.phase == Phase::Stepping {
            self.phase = Phase::Sending;
        }
        Some(now.saturating_duration_since(self.began))
    }
}
