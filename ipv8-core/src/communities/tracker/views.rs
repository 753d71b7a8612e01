//! What a tracker knows and has counted, for its driver and its reports.

use std::time::Duration;

use super::limits::{TrackerLimits, TrackerStats};
use super::tracker::Tracker;
use crate::state::peer::Peer;
use crate::state::stats::EngineStats;
use crate::wire::packet::CommunityId;

impl Tracker {
    /// Returns the number of datagrams that wait for the check of their signature.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }

    /// Returns the counts of received, sent and dropped datagrams.
    #[must_use]
    pub fn stats(&self) -> &EngineStats {
        &self.shared.stats
    }

    /// Returns a mutable version of [`Tracker::stats`]. The driver counts the results of sending in
    /// it.
    pub fn statistics_mut(&mut self) -> &mut EngineStats {
        &mut self.shared.stats
    }

    /// Returns the counts of introductions, pings and forgotten peers.
    #[must_use]
    pub fn counters(&self) -> &TrackerStats {
        &self.roster.counters
    }

    /// Returns the limits of this tracker.
    #[must_use]
    pub fn limits(&self) -> &TrackerLimits {
        self.roster.limits()
    }

    /// Returns each community with the number of its peers, in no particular order.
    pub fn services(&self) -> impl Iterator<Item = (CommunityId, usize)> + '_ {
        self.roster.services()
    }

    /// Returns the number of communities that have peers.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.roster.service_count()
    }

    /// Returns the peers of one community, in no particular order.
    pub fn peers(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        self.roster.peers(service)
    }

    /// Returns the number of peers.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.roster.len()
    }

    /// Returns the number of unanswered pings.
    #[must_use]
    pub fn pending_pings(&self) -> usize {
        self.pings.len()
    }

    /// Returns the typical round trip: the median over all peers, where each peer counts with the
    /// median of its last five round trips. Returns `None` if no peer has one.
    #[must_use]
    pub fn median_round_trip(&self) -> Option<Duration> {
        let medians = self.roster.members();
        let mut medians: Vec<_> = medians.filter_map(|m| m.peer.median_ping()).collect();
        medians.sort_unstable();
        medians.get(medians.len() / 2).copied()
    }
}
