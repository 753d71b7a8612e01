//! How much a tracker remembers, and what it turned away or gave up.

/// The bounds of a tracker. Anybody can name communities and make keys, so everything a request adds to is bounded; each
/// bound is kept at once, by letting somebody else go, and has a counter in [`TrackerStats`]. A bound of 0 counts as 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackerLimits {
    /// How many peers are remembered in all; default 10,000: some 10 MB. Beyond it the one that was silent for longest, of
    /// the subnet with the most peers, makes room: who makes many keys in one subnet expels its own. (py-ipv8's
    /// `max_peers` is 100, and what goes is the oldest of all.)
    pub max_peers: usize,
    /// How many peers of one community; default 1,000: more than anybody is ever introduced to, and ten such
    /// communities fit. Beyond it one is forgotten for that community, chosen as above.
    pub max_peers_per_service: usize,
    /// How many communities; default 4,096: each costs a few hundred bytes. Beyond it one with few peers goes.
    pub max_services: usize,
    /// How many communities of one peer; default 128: four times what the largest known client has. Beyond it the one goes
    /// that the peer did not ask for for longest.
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

/// What a tracker gave up and found out, from its start on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Requests answered without one: nobody else whom the requester could reach was known.
    pub nobody_introduced: u64,
    /// Pings sent.
    pub pings: u64,
    /// Pings not sent because too many were waiting for an answer.
    pub pings_refused: u64,
    /// Pings answered.
    pub pongs: u64,
    /// Pings not answered in time: the peer was forgotten for that community.
    pub timeouts: u64,
    /// Answers that said that the peer has as many peers as it wants: it was forgotten for that community.
    pub full: u64,
    /// Peers forgotten because they were silent for too long.
    pub silent: u64,
}
