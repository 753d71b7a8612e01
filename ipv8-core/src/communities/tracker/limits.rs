//! The bounds of a tracker, and its counts.

/// The bounds of a tracker.
///
/// Anyone can name communities and create keys, so everything that a request adds to is bounded.
/// The tracker keeps each bound at once by forgetting another entry, and counts that in
/// [`TrackerStats`]. A bound of 0 counts as 1.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TrackerLimits {
    /// Peers remembered in all. Default: 10,000, about 10 MB. Beyond it the tracker forgets the
    /// peer that was silent for the longest time in the subnet with the most peers, so that an
    /// attacker with many keys in one subnet expels only those. (py-ipv8's `max_peers` is 100, and
    /// it forgets the oldest peer of all.)
    pub max_peers: usize,
    /// Peers of one community. Default: 1,000, more than any peer is ever introduced to; ten such
    /// communities fit. Beyond it the tracker forgets one for that community, chosen as above.
    pub max_peers_per_service: usize,
    /// Communities. Default: 4,096; each costs a few hundred bytes. Beyond it the tracker forgets
    /// one with few peers.
    pub max_services: usize,
    /// Communities of one peer. Default: 128, four times as many as the largest known client has.
    /// Beyond it the tracker forgets the one that the peer has not asked for for the longest time.
    pub max_services_per_peer: usize,
}

impl Default for TrackerLimits {
    fn default() -> Self {
        Self {
            max_peers: 10_000,
            max_peers_per_service: 1_000,
            max_services: 4_096,
            max_services_per_peer: 128,
        }
    }
}

/// Counts of a tracker since its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TrackerStats {
    /// Peers forgotten because of [`TrackerLimits::max_peers`].
    pub peers_evicted: u64,
    /// Peers forgotten for one community because of [`TrackerLimits::max_peers_per_service`].
    pub service_peers_evicted: u64,
    /// Communities forgotten because of [`TrackerLimits::max_services`].
    pub services_evicted: u64,
    /// Communities forgotten for one peer because of [`TrackerLimits::max_services_per_peer`].
    pub peer_services_evicted: u64,
    /// Requests answered with an introduction.
    pub introduced: u64,
    /// Requests answered without one: no other peer was known that the requester could reach.
    pub nobody_introduced: u64,
    /// Pings sent.
    pub pings: u64,
    /// Pings not sent because too many were waiting for an answer.
    pub pings_refused: u64,
    /// Pings answered.
    pub pongs: u64,
    /// Pings not answered in time: the peer was forgotten for that community.
    pub timeouts: u64,
    /// Answers of peers with enough peers, which were forgotten for that community.
    pub full: u64,
    /// Peers forgotten because they were silent for too long.
    pub silent: u64,
}
