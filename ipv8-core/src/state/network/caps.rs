//! The maximum number of peers of each service, and who makes room.

use std::net::SocketAddr;

use super::graph::PeerGraph;
use super::providers::{Providers, provider_of};
use crate::state::peer::Peer;
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

    /// Returns the number of peers of the service whose provider is that of `address`.
    pub(crate) fn crowd_at(&self, service: CommunityId, address: SocketAddr) -> usize {
        let local = self.local.get(&service);
        local.map_or(0, |local| local.providers.count_at(address))
    }

    /// Returns the number of providers of the peers of a registered service.
    pub(crate) fn provider_count(&self, service: CommunityId) -> usize {
        self.local
            .get(&service)
            .map_or(0, |local| local.providers.len())
    }

    /// Returns the room in a service. Takes one pass over its providers if it is full.
    pub(crate) fn room_in(&self, service: CommunityId) -> Room<'_> {
        let local = self.local.get(&service);
        let full = local.filter(|local| local.cap.is_some_and(|cap| local.peers.len() >= cap));
        Room(full.map(|local| (&local.providers, local.providers.largest())))
    }

    /// Returns `true` if the peer has the service, or if there is room for it.
    pub(super) fn has_room_in(&self, service: CommunityId, peer: &Peer) -> bool {
        let local = self.local.get(&service);
        local.is_none_or(|local| local.peers.contains(peer.key()))
            || self.room_in(service).admits(peer.address())
    }

    /// Makes room for `peer` in a service. Returns `false` if there is none.
    pub(super) fn make_room_in(&mut self, service: CommunityId, peer: &Peer) -> bool {
        let room = self.room_in(service);
        let Some((_, largest)) = room.0 else {
            return true;
        };
        let Some((crowd, _)) = largest.filter(|_| room.admits(peer.address())) else {
            self.stats.peers_over_cap += 1;
            return false;
        };
        let members = self.peers_for_service(service);
        let members = members.filter(|peer| provider_of(peer.address()) == Some(crowd));
        let youngest = members.max_by_key(|peer| (peer.created(), peer.key().clone()));
        let Some(key) = youngest.map(|peer| peer.key().clone()) else {
            return false;
        };
        self.stats.peers_displaced += 1;
        self.remove_peer_of(&key, service)
    }
}

/// The room in a service; its providers if it is full.
///
/// There is room if the service has fewer peers than its cap, or if the provider with the most
/// peers has at least two more than the provider of the newcomer; the youngest peer there then
/// makes room. Peers of many providers therefore displace a crowd from one, and never the other way
/// round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room<'a>(Option<(&'a Providers, Option<(HostGroup, usize)>)>);

impl Room<'_> {
    /// Returns `true` if there is room for a new peer at `address`.
    #[must_use]
    pub(crate) fn admits(&self, address: SocketAddr) -> bool {
        let Some((providers, largest)) = self.0 else {
            return true;
        };
        let most = largest.map_or(0, |(_, count)| count);
        provider_of(address).is_some() && most >= providers.count_at(address) + 2
    }
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
            "no peer is left without a service"
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
