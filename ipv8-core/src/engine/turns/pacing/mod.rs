//! One send budget for the socket: a step that sends many is spread over its slot.
//!
//! What a step queues leaves at once as long as it is no more than [`PacingConfig::burst`]; the rest is held and released by time, evenly
//! over the first part of the slot ([`PacingConfig::share`]), in groups about a millisecond apart because timers are no finer. The next
//! turn waits for the last of it, and half a gap longer: see [`crate::engine::turns::scheduler`]. Whoever sends from one step to the next is never
//! faster than [`PacingConfig::rate`]; a step for which its slot is too short at that rate delays the next turns, which are lost and not
//! made up for. A release that comes late does not catch up: what it may let go at once is bounded, and the rest moves.
//!
//! Only what steps send is paced. Answers, requests of handles and tasks go at once, and cost nothing of the budget. To each
//! destination everything leaves in the order in which it was sent, all the same: if up to a burst is held for a destination that
//! something else is sent to, it is brought forward; if more is held, what is sent besides waits behind it.
//!
//! What was sent is sent: removing the strategy or unloading its overlay takes nothing back. When the node stops it leaves at its
//! pace, for a second at most; what has not left by then is dropped, and counted ([`DropReason::Stopped`]).
//!
//! Times that are measured from the sending of a message, such as the patience of a request or the round trip of a ping, begin when
//! the step sends it, before it is held.
//!
//! [`DropReason::Stopped`]: crate::state::stats::DropReason::Stopped

mod held;
mod pacer;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use pacer::Pacer;

use crate::state::outbox::OUTBOX_LIMIT;

/// How what steps send is spread over time.
#[derive(Clone, Debug, PartialEq, ipv8_macros::Options)]
pub struct PacingConfig {
    /// Whether anything is held at all. Default `true`. With `false` every step sends everything at once, as py-ipv8 does.
    pub enabled: bool,
    /// How many datagrams of a step leave at once, and how many steps may send together faster than `rate`: 1 to 16,384. Default 16:
    /// more than a step of `RandomWalk` (3), `RandomChurn` (8), `EdgeWalk` (6, and 6 edges that grow) or a bootstrap sends, and a
    /// sixth of what the smallest usual receive buffer holds of the longest datagrams.
    #[options(range = 1..=OUTBOX_LIMIT)]
    pub burst: usize,
    /// Over which share of the slot the rest is spread, 0 to 0.5. Default 0.4: half a slot is to be silent before the next turn, and a
    /// tenth is left for timers that are late. 0: only `rate` holds anything.
    #[options(range = 0.0..=0.5)]
    pub share: f64,
    /// How many datagrams a second steps may send, at least 1. Default 20,000: as many as one core signs and sends in half its time.
    /// Set it lower for a line that holds less: 1,000 full datagrams a second are 12 Mbit/s.
    #[options(range = 1..)]
    pub rate: u32,
}

impl Default for PacingConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            burst: 16,
            share: 0.4,
            rate: 20_000,
        }
    }
}

impl PacingConfig {
    /// Nothing is held.
    #[must_use]
    pub fn off() -> Self {
        Self {
            enabled: false,
            ..Self::default()
        }
    }

    /// Whether each value is within its range.
    ///
    /// # Errors
    ///
    /// [`PacingError`] names the first one that is not.
    pub fn check(&self) -> Result<(), PacingError> {
        if !(1..=OUTBOX_LIMIT).contains(&self.burst) {
            return Err(PacingError::Burst(self.burst));
        }
        if !(0.0..=0.5).contains(&self.share) {
            return Err(PacingError::Share(self.share));
        }
        if self.rate == 0 {
            return Err(PacingError::Rate);
        }
        Ok(())
    }
}

/// A value of [`PacingConfig`] that is out of its range. Its text says what would do.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PacingError {
    /// No datagram, or more than an outbox holds.
    #[error("pacing.burst is {0}: give 1 to {OUTBOX_LIMIT} datagrams, for instance 16")]
    Burst(usize),
    /// Not a share of the slot, or so large that the next turn would have to wait.
    #[error("pacing.share is {0}: give 0 to 0.5, for instance 0.4")]
    Share(f64),
    /// Nothing would ever leave.
    #[error(
        "pacing.rate is 0: give a number of datagrams a second, for instance 20000, or set pacing.enabled = false"
    )]
    Rate,
}

/// What was held, and for how long, since the node was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacingStats {
    /// Datagrams that wait now.
    pub waiting: usize,
    /// The most that have waited at one time.
    pub most_waiting: usize,
    /// Steps of which something was held.
    pub steps: u64,
    /// Steps that sent more than the budget lets leave in half of their slot: the turn after them was delayed.
    pub overruns: u64,
    /// Datagrams that were held.
    pub delayed: u64,
    /// How long all of them together were held. Divided by those that have left it is the mean.
    pub total_delay: Duration,
    /// The longest that one of them was held.
    pub longest_delay: Duration,
    /// Those of them that left before their time, because something else was sent to the same destination.
    pub brought_forward: u64,
    /// Releases that came so late that what was still held had to move.
    pub late_releases: u64,
    /// Datagrams, not of steps, that waited behind held ones to the same destination.
    pub behind: u64,
    /// Datagrams that were dropped: held ones when the node stopped, and others that found no room behind held ones.
    pub dropped: u64,
}
