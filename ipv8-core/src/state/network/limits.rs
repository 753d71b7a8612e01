//! How much the peer graph may hold, and what it turned away.

/// Bounds of a [`PeerGraph`](super::PeerGraph). Each is enforced at once and has a counter in [`NetworkStats`].
#[derive(Clone, Debug, PartialEq, Eq, ipv8_macros::Options)]
pub struct NetworkLimits {
    /// How many known addresses may belong to no verified peer; default 4096: what a walker of two steps a second
    /// visits in half an hour. Beyond it the oldest such address of the introducer with the most of them is forgotten, so that
    /// one talkative introducer expels its own. (Addresses of verified peers are bounded by `max_peers`.)
    pub max_addresses: usize,
    /// How many of those may come from one introducer; default 500: py-ipv8's cache size, an eighth of all. Beyond it the
    /// introducer's oldest one is forgotten.
    pub max_addresses_per_introducer: usize,
    /// How many peers may be verified, over all overlays; default 10,000: far above the sum of all targets, some megabytes.
    /// Beyond it nobody new is verified, but for a peer of an overlay that has less than its share (`max_peers` divided by how
    /// many services are registered): one of the service with the most peers then makes room.
    pub max_peers: usize,
    /// How many services that we do not run are kept for one peer; default 128: what one datagram can list with room to spare
    /// for honest peers. Those we run are always kept.
    pub max_services_per_peer: usize,
    /// How many services that we do not run are kept over all verified peers; default 65,536: 1.3 MB at 20 bytes each.
    pub max_foreign_services: usize,
    /// For how many keys that are no verified peer services are kept; default 256: trackers, of which there are few.
    /// Beyond it the oldest such key is forgotten.
    pub max_unverified_keys: usize,
    /// How many changes may wait for [`take_changes`](super::PeerGraph::take_changes); default 65,536: more than one input
    /// can make unless nobody takes them. Beyond it the oldest is lost.
    pub max_pending_changes: usize,
}

impl Default for NetworkLimits {
    fn default() -> Self {
        Self {
            max_addresses: 4096,
            max_addresses_per_introducer: 500,
            max_peers: 10_000,
            max_services_per_peer: 128,
            max_foreign_services: 65_536,
            max_unverified_keys: 256,
            max_pending_changes: 65_536,
        }
    }
}

impl NetworkStats {
    /// Adds what another network turned away.
    pub fn add(&mut self, other: &Self) {
        self.addresses_evicted += other.addresses_evicted;
        self.introducer_addresses_evicted += other.introducer_addresses_evicted;
        self.unusable_addresses += other.unusable_addresses;
        self.blacklisted_addresses += other.blacklisted_addresses;
        self.peers_over_limit += other.peers_over_limit;
        self.peers_evicted += other.peers_evicted;
        self.blacklisted_peers += other.blacklisted_peers;
        self.services_over_limit += other.services_over_limit;
        self.unverified_keys_evicted += other.unverified_keys_evicted;
        self.changes_lost += other.changes_lost;
    }
}

/// What a [`PeerGraph`](super::PeerGraph) turned away since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkStats {
    /// Addresses forgotten because there were more than `max_addresses`.
    pub addresses_evicted: u64,
    /// Addresses forgotten because their introducer had more than `max_addresses_per_introducer`.
    pub introducer_addresses_evicted: u64,
    /// Addresses not recorded because nothing can be sent to them: port 0 or an unspecified host.
    pub unusable_addresses: u64,
    /// Addresses not recorded because they are blacklisted.
    pub blacklisted_addresses: u64,
    /// Peers not verified because there were `max_peers`.
    pub peers_over_limit: u64,
    /// Peers dropped because there were `max_peers` and a service with less than its share had a new one.
    pub peers_evicted: u64,
    /// Peers not verified because their mid or their addresses are blacklisted.
    pub blacklisted_peers: u64,
    /// Services not kept because of `max_services_per_peer` or `max_foreign_services`.
    pub services_over_limit: u64,
    /// Keys whose services were forgotten because of `max_unverified_keys`.
    pub unverified_keys_evicted: u64,
    /// Changes lost because of `max_pending_changes`.
    pub changes_lost: u64,
}
