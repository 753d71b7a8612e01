//! The options and the pace of the strategy that asks peers for their communities.

use std::time::Instant;

use crate::state::timers::seconds;

/// A strategy that asks one random verified peer of the node, of any overlay, for its communities,
/// at most once per `interval` (protocol 7.2).
///
/// It works on [`DiscoveryCommunity`](super::DiscoveryCommunity) only, usually with `target_peers =
/// -1`, because the communities of a peer can change at any time.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct PeriodicSimilarity {
    /// Minimum seconds between two requests. Default: 1.0.
    #[options(range = 0.0..)]
    pub interval: f64,
    last_request: Option<Instant>,
}

impl Default for PeriodicSimilarity {
    fn default() -> Self {
        Self {
            interval: 1.0,
            last_request: None,
        }
    }
}

impl PeriodicSimilarity {
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let since = |last| now.saturating_duration_since(last);
        self.last_request
            .is_none_or(|last| since(last) >= seconds(self.interval))
    }

    pub(super) fn note_request(&mut self, now: Instant) {
        self.last_request = Some(now);
    }
}
