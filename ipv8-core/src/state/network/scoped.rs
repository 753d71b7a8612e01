//! Changes for one service that do not affect other overlays on the graph.
use super::graph::PeerGraph;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;

impl PeerGraph {
    /// Removes a peer from a registered service, which also gives up its addresses. Returns `true`
    /// if the peer had the service.
    ///
    /// The peer stays verified for the other registered services. With its last one it is removed
    /// like by [`PeerGraph::remove_peer`].
    pub fn remove_peer_of(&mut self, key: &PublicKey, service: CommunityId) -> bool {
        let Some(entry) = self.verified.get(key) else {
            return false;
        };
        if !entry.services.has(&service) {
            return false;
        }
        let peer = entry.peer.clone();
        let is_other = |other| other != service && self.is_registered(other);
        if !entry.services.iter().any(is_other) {
            return self.remove_peer(key);
        }
        if let Some(entry) = self.verified.get_mut(key) {
            entry.services.remove(service, &mut self.lists);
        }
        for address in peer.proven_addresses() {
            self.addresses.lost(&address, service);
        }
        self.drop_service(&peer, service);
        for address in peer.proven_addresses() {
            self.give_up(&address, service);
        }
        true
    }

    /// Bans an address from a registered service until the service is unregistered: it is not
    /// walkable for the service, and no peer that has only banned addresses gets the service. A
    /// peer that has the service keeps it.
    pub fn blacklist_for(&mut self, address: SocketAddr, service: CommunityId) {
        if let Some(local) = self.local.get_mut(&service) {
            local.banned.insert(address);
            self.refresh_for(&address, &service);
        }
    }

    /// Returns `true` if all addresses of `peer` are banned from the service.
    pub fn is_banned(&self, peer: &Peer, service: CommunityId) -> bool {
        self.local.get(&service).is_some_and(|local| {
            !local.banned.is_empty()
                && peer
                    .proven_addresses()
                    .all(|one| local.banned.contains(&one))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::changes::PeerChange;
    use super::*;
    use crate::crypto::PrivateKey;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::time::Instant;

    const OURS: CommunityId = CommunityId::from_bytes([1; 20]);
    const OTHER: CommunityId = CommunityId::from_bytes([2; 20]);

    fn graph() -> PeerGraph {
        let mut graph = PeerGraph::default();
        graph.register_service(OURS);
        graph.register_service(OTHER);
        graph
    }

    fn peer(seed: u8, at: &str) -> Peer {
        let key = PrivateKey::generate(&mut StdRng::from_seed([seed; 32]));
        Peer::new(
            key.public_key().clone(),
            at.parse().unwrap(),
            Instant::now(),
        )
    }

    #[test]
    fn a_peer_that_leaves_one_service_stays_in_the_other() {
        let mut graph = graph();
        // Two peers at one address, so that the address counts its owners by service.
        let [leaving, staying] = [1, 2].map(|seed| peer(seed, "1.2.3.4:5"));
        for one in [&leaving, &staying] {
            graph.add_peer_of(one, OURS);
            graph.add_peer_of(one, OTHER);
        }
        graph.take_changes();
        assert!(graph.remove_peer_of(leaving.key(), OURS));
        assert!(!graph.remove_peer_of(leaving.key(), OURS));
        let changes = graph.take_changes();
        assert!(
            matches!(&changes[..], [PeerChange::ServiceRemoved { service: OURS, peer }]
                if *peer == leaving),
            "{changes:?}"
        );
        assert_eq!(
            [OURS, OTHER].map(|service| graph.peer_count(service)),
            [1, 2]
        );
        assert!(graph.has_service(leaving.key(), OTHER));
        // It can come back.
        graph.add_peer_of(&leaving, OURS);
        assert_eq!(graph.peer_count(OURS), 2);
        for one in [&leaving, &staying] {
            assert!(graph.remove_peer_of(one.key(), OURS));
        }
        assert_eq!(
            [OURS, OTHER].map(|service| graph.peer_count(service)),
            [0, 2]
        );
    }

    #[test]
    fn a_peer_that_leaves_its_last_service_is_removed() {
        let mut graph = graph();
        let leaving = peer(1, "1.2.3.4:5");
        graph.add_peer_of(&leaving, OURS);
        graph.discover_services(leaving.key(), [CommunityId::from_bytes([9; 20])]);
        assert!(graph.remove_peer_of(leaving.key(), OURS));
        assert!(!graph.is_verified(leaving.key()) && !graph.is_known(&leaving.address()));
    }

    #[test]
    fn the_addresses_of_a_peer_that_left_are_not_walked_to_at_once() {
        let mut graph = graph();
        let [introducer, leaving] = [peer(1, "1.2.3.4:5"), peer(2, "1.2.3.4:6")];
        graph.add_peer_of(&introducer, OURS);
        graph.discover_address(&introducer, leaving.address(), Some(OURS), false);
        graph.add_peer_of(&leaving, OURS);
        graph.add_peer_of(&leaving, OTHER);
        graph.remove_peer_of(leaving.key(), OURS);
        assert_eq!(graph.walkable_count(OURS), 0);
        graph.discover_address(&introducer, leaving.address(), Some(OURS), false);
        assert_eq!(graph.walkable_count(OURS), 1);
    }

    #[test]
    fn a_ban_for_one_service_does_not_affect_another() {
        let mut graph = graph();
        let [introducer, banned] = [peer(1, "1.2.3.4:5"), peer(2, "1.2.3.4:6")];
        for service in [OURS, OTHER] {
            graph.add_peer_of(&introducer, service);
            graph.discover_address(&introducer, banned.address(), Some(service), false);
        }
        graph.blacklist_for(banned.address(), OURS);
        assert_eq!(
            [OURS, OTHER].map(|service| graph.walkable_count(service)),
            [0, 1]
        );
        graph.add_peer_of(&banned, OTHER);
        graph.discover_services(banned.key(), [OURS]);
        assert_eq!(
            [OURS, OTHER].map(|service| graph.peer_count(service)),
            [1, 2]
        );
    }
}
