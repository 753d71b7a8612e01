//! The maximum number of peers of each service, and who makes room.

use std::cmp::Reverse;
use std::net::SocketAddr;

use super::graph::PeerGraph;
use super::providers::{Providers, provider_of};
use super::services::LocalService;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;

/// The youngest peers of a full service that may leave, one in this many.
const YOUNG: usize = 4;

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
        let local = self.local.get(&service).filter(|local| local.is_full());
        Room(local.map(|local| Full {
            providers: &local.providers,
            largest: local.providers.largest(),
            seat: self.seat_in(local).map(|peer| provider_of(peer.address())),
        }))
    }

    /// Returns `true` if the service is full and no seat is open.
    pub(crate) fn is_full(&self, service: CommunityId) -> bool {
        let local = self.local.get(&service);
        local.is_some_and(|local| local.is_full() && self.seat_in(local).is_none())
    }

    /// Opens a seat in a service that is full: the next peer that proves itself may take the place
    /// of one of the youngest quarter, unless that makes the providers fewer.
    ///
    /// In the quarter, a peer of the provider with the most peers leaves first, and of several the
    /// one that has been there for the longest time. Three quarters of the peers stay for as long
    /// as they live.
    pub(crate) fn open_seat(&mut self, service: CommunityId) {
        let Some(local) = self.local.get(&service).filter(|local| local.is_full()) else {
            return;
        };
        let mut peers: Vec<_> = self.peers_for_service(service).collect();
        let young = peers.len().div_ceil(YOUNG);
        peers.sort_by_key(|peer| Reverse((peer.created(), peer.key())));
        let crowd = |peer: &Peer| local.providers.count_at(peer.address());
        // The last one of several is the oldest.
        let leaves = peers.into_iter().take(young).max_by_key(|peer| crowd(peer));
        let leaves = leaves.map(|peer| peer.key().clone());
        if let Some(local) = self.local.get_mut(&service) {
            local.seat = leaves;
        }
    }

    /// Returns the peer that leaves for the next newcomer, if a seat is open.
    fn seat_in(&self, local: &LocalService) -> Option<&Peer> {
        let key = local.seat.as_ref()?;
        self.peer(key).filter(|_| local.peers.contains(key))
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
        let Some(full) = &room.0 else {
            return true;
        };
        let leaves = if let Some(crowd) = full.larger_crowd(peer.address()) {
            self.youngest_of(crowd, service)
        } else if full.seats(peer.address()) {
            let local = self.local.get_mut(&service);
            local.and_then(|local| local.seat.take())
        } else {
            None
        };
        let Some(key) = leaves else {
            self.stats.peers_over_cap += 1;
            return false;
        };
        self.stats.peers_displaced += 1;
        self.remove_peer_of(&key, service)
    }

    fn youngest_of(&self, provider: HostGroup, service: CommunityId) -> Option<PublicKey> {
        let members = self.peers_for_service(service);
        let members = members.filter(|peer| provider_of(peer.address()) == Some(provider));
        let youngest = members.max_by_key(|peer| (peer.created(), peer.key()));
        youngest.map(|peer| peer.key().clone())
    }
}

impl LocalService {
    fn is_full(&self) -> bool {
        self.cap.is_some_and(|cap| self.peers.len() >= cap)
    }
}

/// The room in a service; `None` if it has fewer peers than its cap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room<'a>(Option<Full<'a>>);

/// A service with as many peers as its cap.
///
/// There is room for a newcomer if the provider with the most peers has at least two more than the
/// newcomer's; the youngest peer there then leaves. Peers of many providers therefore displace a
/// crowd from one, and never the other way round. There is also room while a seat is open
/// ([`PeerGraph::open_seat`]).
#[derive(Clone, Copy, Debug)]
struct Full<'a> {
    providers: &'a Providers,
    largest: Option<(HostGroup, usize)>,
    /// The provider of the peer that leaves for the next newcomer, if a seat is open.
    seat: Option<Option<HostGroup>>,
}

impl Room<'_> {
    /// Returns `true` if there is room for a new peer at `address`.
    #[must_use]
    pub(crate) fn admits(&self, address: SocketAddr) -> bool {
        let full = self.0;
        full.is_none_or(|full| full.larger_crowd(address).is_some() || full.seats(address))
    }
}

impl Full<'_> {
    /// Returns the provider with the most peers if it has at least two more than that of `address`.
    fn larger_crowd(&self, address: SocketAddr) -> Option<HostGroup> {
        let (crowd, most) = self.largest?;
        let is_larger = most >= self.providers.count_at(address) + 2;
        (is_larger && provider_of(address).is_some()).then_some(crowd)
    }

    /// Returns `true` if a peer at `address` may take the open seat: afterwards its provider has no
    /// more peers than that of the peer that leaves had.
    fn seats(&self, address: SocketAddr) -> bool {
        self.seat.is_some_and(|leaving| {
            let provider = provider_of(address);
            provider.is_none()
                || provider == leaving
                || self.providers.count_at(address) < self.providers.count_of(leaving).max(1)
        })
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
    fn an_open_seat_lets_one_newcomer_displace_a_young_peer() {
        let mut case = Case::new(8);
        case.graph.open_seat(SERVICE);
        for provider in 1..=8 {
            assert!(case.add([provider, 0, 0, 1]));
        }
        assert!(!case.add([9, 0, 0, 1]), "a seat is for a full service");
        assert!(case.graph.is_full(SERVICE));
        case.graph.open_seat(SERVICE);
        assert!(!case.graph.is_full(SERVICE));
        assert!(
            !case.add([3, 0, 0, 2]),
            "its provider has a peer that stays"
        );
        assert!(case.add([9, 0, 0, 1]));
        assert!(!case.add([10, 0, 0, 1]), "the seat is taken");
        // The quarter is 7 and 8, and 7 was there before.
        let hosts = case.hosts().join(" ");
        assert_eq!(
            hosts,
            "1.0.0.1 2.0.0.1 3.0.0.1 4.0.0.1 5.0.0.1 6.0.0.1 8.0.0.1 9.0.0.1"
        );
    }

    #[test]
    fn seats_never_displace_the_older_three_quarters() {
        let mut case = Case::new(8);
        for provider in 1..=8 {
            assert!(case.add([provider, 0, 0, 1]));
        }
        for newcomer in 1..=100 {
            case.graph.open_seat(SERVICE);
            assert!(case.add([100 + newcomer, 0, 0, 1]));
        }
        for old in 1..=6 {
            assert!(case.hosts().contains(&format!("{old}.0.0.1")), "{old}");
        }
        case.graph.open_seat(SERVICE);
        let leaves = case.graph.local[&SERVICE].seat.clone().unwrap();
        case.graph.remove_peer(&leaves);
        assert!(case.add([50, 0, 0, 1]));
        assert!(case.graph.is_full(SERVICE), "its peer left by itself");
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
