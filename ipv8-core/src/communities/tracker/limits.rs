//! The bounds of a tracker, and its counts.

use super::inbox::Class;

/// The bounds of a tracker.
///
/// Anyone can name communities and create keys, so everything that a request adds to is bounded.
/// The tracker keeps each bound at once by forgetting another entry, and counts that in
/// [`TrackerStats`]. The entry is a random one of the most crowded /24 in the most crowded /16
/// (IPv6: /48 and /32), so that many fresh keys in a few networks expel only each other. A bound of
/// 0 counts as 1.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TrackerLimits {
    /// Peers remembered in all. Default: 10,000, about 10 MB. (py-ipv8's `max_peers` is 100, and it
    /// forgets the oldest peer of all.)
    pub max_peers: usize,
    /// Peers of one community. Default: 1,000, more than any peer is ever introduced to; ten such
    /// communities fit. Beyond it the tracker forgets one for that community.
    pub max_peers_per_service: usize,
    /// Peers of one /24 (IPv6: /48), except for this machine's own. Default: 500.
    pub max_peers_per_site: usize,
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
            max_peers_per_site: 500,
            max_services: 4_096,
            max_services_per_peer: 128,
        }
    }
}

/// Counts of a tracker since its start, except for `newcomers`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TrackerStats {
    /// Peers forgotten because of [`TrackerLimits::max_peers`].
    pub peers_evicted: u64,
    /// Peers forgotten for one community because of [`TrackerLimits::max_peers_per_service`].
    pub service_peers_evicted: u64,
    /// Peers forgotten because of [`TrackerLimits::max_peers_per_site`].
    pub site_peers_evicted: u64,
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
    /// Requesters that have not proven their address, at this moment.
    pub newcomers: u64,
    /// Requests sent to newcomers, to prove their addresses.
    pub probes: u64,
    /// Newcomers that answered, and became peers of a community.
    pub proven: u64,
    /// Members that answered at their old address when another one was proven for their key, and
    /// were not moved.
    pub stayed: u64,
    /// Newcomers that were forgotten because they did not answer, or were not asked in time.
    pub unproven: u64,
    /// Newcomers forgotten because there were too many.
    pub newcomers_evicted: u64,
    /// Answers that waited for the proof of a newcomer, because no peer could be introduced yet.
    pub held: u64,
    /// Requests refused: too many from that unproven host (one a second, 32 at once).
    pub refused_host: u64,
    /// Requests refused: too many from that /24 or /48 of unproven hosts (10 kB a second).
    pub refused_site: u64,
    /// Requests refused: too many from all unproven hosts (200 kB a second). Most of them wait
    /// instead, and count as late.
    pub refused_total: u64,
    /// Requests refused: too many from that peer (16 a second, 128 at once).
    pub refused_peer: u64,
    /// Datagrams of strangers that waited more than 2 s: all unproven hosts together get 200 kB a
    /// second, and a quarter of a core while peers wait too.
    pub late_strangers: u64,
    /// Datagrams with an old curve that waited more than 2 s: they get 2 % of a core.
    pub late_legacy: u64,
    /// Datagrams of peers that waited more than 2 s.
    pub late_peers: u64,
    /// Datagrams of strangers that gave way because too many were waiting.
    pub crowded_strangers: u64,
    /// Datagrams with an old curve that gave way because too many were waiting.
    pub crowded_legacy: u64,
    /// Datagrams of peers that gave way because too many were waiting.
    pub crowded_peers: u64,
}

impl TrackerStats {
    /// Counts a datagram that waited too long.
    pub(super) fn late(&mut self, class: Class) {
        match class {
            Class::Known => self.late_peers += 1,
            Class::Stranger => self.late_strangers += 1,
            Class::Legacy => self.late_legacy += 1,
        }
    }

    /// Counts a datagram that gave way to another one.
    pub(super) fn crowded(&mut self, class: Class) {
        match class {
            Class::Known => self.crowded_peers += 1,
            Class::Stranger => self.crowded_strangers += 1,
            Class::Legacy => self.crowded_legacy += 1,
        }
    }
}
