//! The settings of the send budget.

use crate::state::outbox::OUTBOX_LIMIT;

/// How the datagrams of steps are spread over time.
#[derive(Clone, Debug, PartialEq, ipv8_macros::Options)]
pub struct PacingConfig {
    /// Whether datagrams are held at all. Default `true`. With `false` every step sends everything
    /// at once, as py-ipv8 does.
    pub enabled: bool,
    /// The number of datagrams of a step that leave at once, and that several steps together may
    /// send faster than `rate`: 1 to 16,384. Default 16: more than a step of `RandomWalk` (3),
    /// `RandomChurn` (8), `EdgeWalk` (6, and 6 growing edges) or a bootstrap sends, and a sixth of
    /// the longest datagrams that the smallest usual receive buffer holds.
    #[options(range = 1..=OUTBOX_LIMIT)]
    pub burst: usize,
    /// The share of the slot (the gap from one turn to the next) over which the rest is spread, 0
    /// to 0.5. Default 0.4: half a slot stays silent before the next turn, and a tenth is left for
    /// late timers. With 0 only `rate` holds datagrams.
    #[options(range = 0.0..=0.5)]
    pub share: f64,
    /// The number of datagrams per second that steps may send, at least 1. Default 20,000: as many
    /// as one core signs and sends in half its time. Set it lower for a slow line: 1,000 full
    /// datagrams a second are 12 Mbit/s.
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
    /// Returns settings with which nothing is held.
    #[must_use]
    pub fn off() -> Self {
        Self {
            enabled: false,
            ..Self::default()
        }
    }

    /// Checks that each value is within its range.
    ///
    /// # Errors
    ///
    /// [`PacingError`] names the first value that is not.
    pub(crate) fn check(&self) -> Result<(), PacingError> {
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

    /// Returns the settings with each value moved into its range.
    pub(super) fn within_range(self) -> Self {
        Self {
            enabled: self.enabled,
            burst: self.burst.clamp(1, OUTBOX_LIMIT),
            share: if self.share.is_nan() {
                0.0
            } else {
                self.share.clamp(0.0, 0.5)
            },
            rate: self.rate.max(1),
        }
    }
}

/// A value of [`PacingConfig`] is out of range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PacingError {
    /// The burst is 0, or more than the outbox holds.
    #[error(
        "pacing.burst: {0} is out of range: expected 1 to {OUTBOX_LIMIT} datagrams, such as 16"
    )]
    Burst(usize),
    /// The share is not a fraction of the slot, or so large that it delays the next turn.
    #[error("pacing.share: {0} is out of range: expected 0 to 0.5, such as 0.4")]
    Share(f64),
    /// With a rate of 0 nothing would ever leave.
    #[error(
        "pacing.rate: 0 is out of range: expected at least 1 datagram per second, such as 20000; to switch pacing off, set pacing.enabled = false"
    )]
    Rate,
}
