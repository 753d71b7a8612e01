//! The maximum number of peers of each service, and who makes room.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::graph::PeerGraph;
use crate::state::peer::Peer;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;
use crate::wire::scope::HostGroup;

impl PeerGraph {
    /// Sets the maximum number of peers of a registered service; `None`: no limit. Peers beyond it
    /// stay.
    pub fn set_cap(&mut self, service: CommunityId, cap: Option<usize>) {
        if let Some(local) = self.local.get_mut(&service) {
            local.cap = cap;
        }
    }

    /// Returns the room in a service.
    pub(crate) fn room_in(&self, service: CommunityId) -> Room {
        let local = self.local.get(&service);
        let cap = local.and_then(|local| local.cap.filter(|cap| local.peers.len() >= *cap));
        let mut room = Room::default();
        if cap.is_some() {
            for peer in self.peers_for_service(service) {
                *room.counts.entry(provider(peer.address())).or_default() += 1;
            }
            // Of several, the one with the highest number, so that the result does not depend on
            // the order in the map.
            let counts = room.counts.iter();
            let crowd = counts.max_by_key(|(group, count)| (**count, **group));
            room.crowd = crowd.map(|(group, count)| (*group, *count));
            room.is_full = true;
        }
        room
    }

    /// Returns `true` if the peer with this key has the service, or if there is room for it at
    /// `address`.
    pub(super) fn has_room_in(&self, service: CommunityId, peer: &Peer) -> bool {
        let local = self.local.get(&service);
        local.is_none_or(|local| local.peers.contains(peer.key()))
            || self.room_in(service).admits(peer.address())
    }

    /// Makes room for `peer` in a service. Returns `false` if there is none.
    pub(super) fn make_room_in(&mut self, service: CommunityId, peer: &Peer) -> bool {
        let room = self.room_in(service);
        if !room.is_full {
            return true;
        }
        let Some((crowd, _)) = room.crowd.filter(|_| room.admits(peer.address())) else {
            self.stats.peers_over_cap += 1;
            return false;
        };
        let members = self.peers_for_service(service);
        let members = members.filter(|peer| provider(peer.address()) == crowd);
        let youngest = members.max_by_key(|peer| (peer.created(), peer.key().clone()));
        let Some(key) = youngest.map(|peer| peer.key().clone()) else {
            return false;
        };
        self.stats.peers_displaced += 1;
        self.remove_peer_of(&key, service)
    }
}

/// The room in a service. There is room if the service has fewer peers than its cap, or if the
/// provider with the most peers has at least two more than the provider of the newcomer; the
/// youngest peer there then makes room.
///
/// Peers of many providers therefore displace a crowd from one, and never the other way round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    is_full: bool,
    /// The number of peers of each provider, if the service is full.
    counts: HashMap<HostGroup, usize, OwnState>,
    /// The provider with the most peers, and their number.
    crowd: Option<(HostGroup, usize)>,
}

impl Room {
    /// Returns `true` if there is room for a new peer at `address`.
    #[must_use]
    pub(crate) fn admits(&self, address: SocketAddr) -> bool {
        let own = self.counts.get(&provider(address)).copied();
        let most = self.crowd.map_or(0, |(_, count)| count);
        !self.is_full || most >= own.unwrap_or_default() + 2
    }
}

fn provider(address: SocketAddr) -> HostGroup {
    HostGroup::provider(address.ip())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, Instant};

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::crypto::PrivateKey;

    const SERVICE: CommunityId = CommunityId::from_bytes([1; 20]);

    struct Case {
        graph: PeerGraph,
        rng: StdRng,
        now: Instant,
    }

    impl Case {
        fn new(cap: usize) -> Self {
            let mut graph = PeerGraph::default();
            graph.register_service(SERVICE);
            graph.set_cap(SERVICE, Some(cap));
            let (rng, now) = (StdRng::seed_from_u64(1), Instant::now());
            Self { graph, rng, now }
        }

        fn peer(&mut self, host: [u8; 4]) -> Peer {
            self.now += Duration::from_secs(1);
            let key = PrivateKey::generate(&mut self.rng).public_key().clone();
            Peer::new(key, SocketAddr::from((host, 8090)), self.now)
        }

        fn add(&mut self, host: [u8; 4]) -> bool {
            let peer = self.peer(host);
            self.graph.add_peer_of(&peer, SERVICE)
        }

        fn hosts(&self) -> Vec<String> {
            let peers = self.graph.peers_for_service(SERVICE);
            let mut hosts: Vec<_> = peers.map(|peer| peer.address().ip().to_string()).collect();
            hosts.sort();
            hosts
        }
    }

    #[test]
    fn a_crowd_from_one_provider_makes_room_for_others_and_never_displaces_them() {
        let mut case = Case::new(4);
        for host in 1..=4 {
            assert!(case.add([66, 6, 0, host]));
        }
        assert!(
            !case.add([66, 6, 0, 5]),
            "its provider has the most already"
        );
        assert!(case.add([1, 0, 0, 1]));
        assert_eq!(
            case.hosts(),
            ["1.0.0.1", "66.6.0.1", "66.6.0.2", "66.6.0.3"]
        );
        assert!(case.add([2, 0, 0, 1]));
        assert!(case.add([3, 0, 0, 1]));
        assert_eq!(case.hosts(), ["1.0.0.1", "2.0.0.1", "3.0.0.1", "66.6.0.1"]);
        assert!(!case.add([4, 0, 0, 1]), "no provider has more than one");
        assert_eq!(
            case.graph.verified_count(),
            4,
            "nobody is left without a service"
        );
        let stats = case.graph.stats();
        assert_eq!((stats.peers_displaced, stats.peers_over_cap), (3, 2));
    }

    #[test]
    fn no_way_of_learning_a_service_passes_the_cap() {
        let mut case = Case::new(2);
        let other = CommunityId::from_bytes([2; 20]);
        case.graph.register_service(other);
        for host in 1..=5 {
            let peer = case.peer([66, 6, 0, host]);
            assert!(case.graph.add_peer_of(&peer, other));
            case.graph.discover_services(peer.key(), [SERVICE]);
        }
        assert_eq!(case.graph.peer_count(SERVICE), 2);
        assert_eq!(case.graph.peer_count(other), 5);
        let unverified = case.peer([66, 6, 0, 9]);
        case.graph.discover_services(unverified.key(), [SERVICE]);
        assert!(case.graph.add_peer_of(&unverified, other));
        assert_eq!(case.graph.peer_count(SERVICE), 2);
    }
}
