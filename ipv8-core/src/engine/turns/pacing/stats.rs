//! What pacing has done so far.

use std::time::Duration;

use crate::support::serial;

/// The held datagrams since the node was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct PacingStats {
    /// Datagrams that are held now, and those that wait behind them.
    pub held: usize,
    /// The highest value of `held` so far.
    pub most_held: usize,
    /// Steps with held datagrams.
    pub steps: u64,
    /// Steps that sent more than the budget allows in half of their slot, which delayed the turn
    /// after them.
    pub overruns: u64,
    /// Datagrams that were held.
    pub delayed: u64,
    /// The sum of their delays. Divided by the number that left, it is the mean.
    #[serde(serialize_with = "serial::seconds")]
    pub total_delay: Duration,
    /// The longest delay of one of them.
    #[serde(serialize_with = "serial::seconds")]
    pub longest_delay: Duration,
    /// Held datagrams that left early, because something else was sent to the same destination.
    pub brought_forward: u64,
    /// Releases that came so late that the remaining datagrams had to move.
    pub late_releases: u64,
    /// Datagrams from outside of steps that waited behind held ones for the same destination.
    pub behind: u64,
    /// Dropped datagrams: held ones when the node stopped, and others that found no room behind
    /// held ones.
    pub dropped: u64,
}
