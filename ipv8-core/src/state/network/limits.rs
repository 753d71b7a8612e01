//! The limits of the peer graph, and counts of refused and evicted entries.

/// The limits of the peer graph. Each is enforced at once and has a count in [`NetworkStats`].
#[derive(Clone, Debug, PartialEq, Eq, ipv8_macros::Options)]
pub struct NetworkLimits {
    /// The maximum number of known addresses without a verified peer. Default: 4096, what a walker
    /// with two steps per second visits in half an hour. Beyond it, the oldest such address is
    /// forgotten: of the introducer with the most of them, among those of the provider (a /16 of
    /// the internet) whose introducers have the most. So an attacker with a thousand keys in a few
    /// networks only displaces its own addresses. (Addresses of verified peers are bounded by
    /// `max_peers`.)
    pub max_addresses: usize,
    /// The maximum number of those addresses from one introducer. Default: 500, py-ipv8's cache
    /// size and an eighth of all. Beyond it, the introducer's oldest one is forgotten.
    pub max_addresses_per_introducer: usize,
    /// The maximum number of verified peers over all overlays. Default: 10,000, far above the sum
    /// of all targets, a few megabytes. Beyond it no new peer is verified, except one of an overlay
    /// with less than its share (`max_peers` divided by the number of registered services): a peer
    /// of the service with the most peers then makes room.
    pub max_peers: usize,
    /// The maximum number of services that this node does not run, per peer. Default: 128, what one
    /// datagram can list, and more than honest peers have. Services that this node runs are always
    /// stored.
    pub max_services_per_peer: usize,
    /// The maximum number of services that this node does not run, over all verified peers.
    /// Default: 65,536, 1.3 MB at 20 bytes each.
    pub max_foreign_services: usize,
    /// The maximum number of unverified keys whose services are stored. Default: 256; such keys are
    /// trackers, of which there are few. Beyond it, the oldest such key is forgotten.
    pub max_unverified_keys: usize,
    /// The maximum number of changes to peers that are waiting to be processed. Default: 65,536,
    /// more than one input can cause. Beyond it the oldest is lost.
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
    /// Adds the counts of another network.
    pub(crate) fn add(&mut self, other: &Self) {
        self.addresses_evicted += other.addresses_evicted;
        self.introducer_addresses_evicted += other.introducer_addresses_evicted;
        self.unusable_addresses += other.unusable_addresses;
        self.blacklisted_addresses += other.blacklisted_addresses;
        self.peers_over_limit += other.peers_over_limit;
        self.peers_evicted += other.peers_evicted;
        self.blacklisted_peers += other.blacklisted_peers;
        self.peers_over_cap += other.peers_over_cap;
        self.peers_displaced += other.peers_displaced;
        self.services_over_limit += other.services_over_limit;
        self.unverified_keys_evicted += other.unverified_keys_evicted;
        self.changes_lost += other.changes_lost;
    }
}

/// Counts of refused and evicted entries of a peer graph since it was created.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
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
    /// Peers dropped because there were `max_peers` and a service with less than its share had a
    /// new one.
    pub peers_evicted: u64,
    /// Peers not added to an overlay because it had its `max_peers`.
    pub peers_over_cap: u64,
    /// Peers that left an overlay with `max_peers` for a newcomer: its provider had fewer peers, or
    /// a seat was open.
    pub peers_displaced: u64,
    /// Peers not verified because their mid or their addresses are blacklisted.
    pub blacklisted_peers: u64,
    /// Services not kept because of `max_services_per_peer` or `max_foreign_services`.
    pub services_over_limit: u64,
    /// Keys whose services were forgotten because of `max_unverified_keys`.
    pub unverified_keys_evicted: u64,
    /// Changes lost because of `max_pending_changes`.
    pub changes_lost: u64,
}
