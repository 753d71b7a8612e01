//! The settings of a tracker.

use super::churn::ChurnConfig;
use super::limits::TrackerLimits;

/// The settings of a tracker. All of them have defaults.
#[derive(Clone, Debug, Default)]
pub struct TrackerSettings {
    /// How much it remembers.
    pub limits: TrackerLimits,
    /// How it finds dead peers.
    pub churn: ChurnConfig,
    /// The start of its Lamport clock; default 0. Set it to continue with a key that was used
    /// before.
    pub global_time: u64,
}
