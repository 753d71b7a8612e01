//! The behaviour that py-ipv8's own tests of its Network check, and the deliberate differences.
use super::{address, key, now, peer, service};
use crate::state::network::{PeerChange, PeerGraph};
use crate::state::peer::Peer;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

/// Returns py-ipv8's walkable addresses without a service: known and without a verified peer.
fn walkable(network: &PeerGraph) -> BTreeSet<SocketAddr> {
    let known = network.addresses();
    known
        .filter(|address| network.verified_by_address(address).is_none())
        .collect()
}

fn introductions(network: &PeerGraph, index: usize) -> BTreeSet<SocketAddr> {
    network.introductions_from(&key(index)).collect()
}

fn at(index: usize) -> SocketAddr {
    peer(index).address()
}

fn names(changes: Vec<PeerChange>) -> Vec<&'static str> {
    let name = |change: &PeerChange| match change {
        PeerChange::Added(_) => "added",
        PeerChange::Removed(_) => "removed",
        PeerChange::ServiceAdded { .. } => "service added",
        PeerChange::ServiceRemoved { .. } => "service removed",
    };
    changes.iter().map(name).collect()
}

#[test]
fn an_introducer_is_verified_and_what_it_introduces_is_walkable() {
    let mut network = PeerGraph::default();
    network.discover_address(&peer(0), at(1), None, false);
    network.discover_address(&peer(0), at(1), None, false);
    network.discover_address(&peer(0), at(2), None, true);
    assert_eq!(walkable(&network), BTreeSet::from([at(1), at(2)]));
    assert!(network.is_verified(&key(0)) && !network.is_verified(&key(1)));
    assert_eq!(introductions(&network, 0), BTreeSet::from([at(1), at(2)]));
    assert!(network.is_new_style(&at(2)) && !network.is_new_style(&at(1)));
}

#[test]
fn the_first_introducer_wins_while_it_is_verified() {
    let mut network = PeerGraph::default();
    network.discover_address(&peer(0), at(1), None, false);
    network.discover_address(&peer(2), at(1), None, true);
    assert_eq!(introductions(&network, 0), BTreeSet::from([at(1)]));
    assert!(network.is_verified(&key(2)) && !network.is_new_style(&at(1)));
    network.remove_peer(&key(0));
    network.discover_address(&peer(2), at(1), None, true);
    assert_eq!(introductions(&network, 0), BTreeSet::new());
    assert_eq!(introductions(&network, 2), BTreeSet::from([at(1)]));
    assert!(network.is_new_style(&at(1)));
}

#[test]
fn a_blacklisted_address_is_not_recorded_and_verifies_no_peer() {
    let mut network = PeerGraph::default();
    network.blacklist_address(at(2));
    network.discover_address(&peer(0), at(2), None, false);
    assert!(network.is_verified(&key(0)) && !network.is_known(&at(2)));
    assert!(!network.add_verified_peer(&peer(2)));
    let mut tracker = peer(2);
    tracker.set_lan_address("192.168.1.1:6421".parse().unwrap());
    assert!(!network.add_verified_peer(&tracker));
    network.discover_address(&tracker, at(3), None, false);
    assert!(!network.is_verified(&key(2)) && network.is_known(&at(3)));
    assert_eq!(network.stats().blacklisted_addresses, 1);
    assert_eq!(network.stats().blacklisted_peers, 3);
    // It has another known address, so it is not just a tracker and is verified.
    let mut known = peer(2);
    known.add_address(address("[2001:db8::2]:1"));
    network.discover_address(&peer(0), address("[2001:db8::2]:1"), None, false);
    assert!(network.add_verified_peer(&known));
}

#[test]
fn a_blacklisted_known_address_is_not_walkable() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    network.discover_address(&peer(0), at(1), Some(service(1)), false);
    assert_eq!(network.walkable_count(service(1)), 1);
    network.blacklist_address(at(1));
    assert_eq!(network.walkable_count(service(1)), 0);
    assert!(network.is_known(&at(1)));
    assert!(!network.add_verified_peer(&peer(1)));
}

#[test]
fn a_blacklisted_mid_is_never_verified() {
    let mut network = PeerGraph::default();
    network.add_verified_peer(&peer(1));
    network.blacklist_mid(key(0).mid());
    network.blacklist_mid(key(1).mid());
    assert!(!network.add_verified_peer(&peer(0)));
    network.discover_address(&peer(0), at(2), None, false);
    assert_eq!(network.verified_count(), 0);
    assert!(network.snapshot().is_empty() && network.is_known(&at(2)));
}

#[test]
fn services_add_up_and_precede_verification() {
    let mut network = PeerGraph::default();
    network.discover_services(&key(0), [service(1), service(2)]);
    network.discover_services(&key(0), [service(2), service(3)]);
    assert_eq!(network.services_for(&key(0)).count(), 3);
    assert_eq!(network.peer_count(service(1)), 0);
    network.add_verified_peer(&peer(0));
    assert_eq!(network.peer_count(service(1)), 1);
    network.discover_services(&key(1), [service(2)]);
    network.add_verified_peer(&peer(1));
    assert_eq!(network.peers_for_service(service(2)).count(), 2);
    network.remove_peer(&key(0));
    assert_eq!(network.services_for(&key(0)).count(), 0);
}

#[test]
fn a_known_peer_takes_over_addresses_and_response_but_not_the_style() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    network.add_verified_peer(&peer(0));
    network.discover_services(&key(0), [service(1)]);
    let moved_to = address("1.1.1.1:2");
    let mut moved = Peer::new(key(0), moved_to, now());
    moved.mark_new_style();
    moved.responded(now());
    assert!(network.add_verified_peer(&moved));
    let found = network.peers_for_service(service(1)).next().unwrap();
    assert_eq!(found.address(), moved_to);
    assert!(!found.is_new_style() && found.last_response() == Some(now()));
    assert!(network.verified_by_address(&at(0)).is_none());
    assert_eq!(network.verified_by_address(&moved_to), Some(&peer(0)));
    // As in py-ipv8, the old address stays known and the new one does not become known.
    assert!(network.is_known(&at(0)) && !network.is_known(&moved_to));
    assert_eq!(network.verified_count(), 1);
    network.peer_mut(&key(0), |peer| peer.set_frozen(true));
    network.add_verified_peer(&peer(0));
    assert_eq!(network.peer(&key(0)).map(Peer::address), Some(moved_to));
}

#[test]
fn the_proven_addresses_of_an_unheard_of_peer_become_known() {
    let mut network = PeerGraph::default();
    let mut new = peer(0);
    new.set_lan_address("192.168.7.7:77".parse().unwrap());
    network.add_verified_peer(&new);
    assert_eq!(
        network.address_count(),
        1,
        "the LAN address is only claimed"
    );
    // For an introduced peer, only the introduced address is known.
    network.discover_address(&peer(0), at(1), None, false);
    let mut introduced = peer(1);
    introduced.set_lan_address("192.168.8.8:88".parse().unwrap());
    network.add_verified_peer(&introduced);
    assert_eq!(network.address_count(), 2);
    let claimed = address("192.168.8.8:88");
    assert_eq!(network.verified_by_address(&claimed), None);
}

#[test]
fn unusable_addresses_are_not_recorded() {
    let mut network = PeerGraph::default();
    for text in ["0.0.0.0:0", "1.2.3.4:0", "0.0.0.0:5", "[::]:5"] {
        network.discover_address(&peer(0), address(text), None, false);
        assert!(!network.is_known(&address(text)), "{text}");
    }
    assert_eq!(network.stats().unusable_addresses, 4);
    // An IPv4-mapped address stays IPv6.
    let mapped = address("[::ffff:20.0.0.1]:1000");
    network.discover_address(&peer(0), mapped, None, false);
    assert!(network.is_known(&mapped) && !network.is_known(&at(1)));
}

#[test]
fn removing_an_address_drops_every_peer_at_it() {
    let mut network = PeerGraph::default();
    let shared = address("[2a00::1]:8090");
    for index in 0..4 {
        let mut peer = peer(index);
        if index < 2 {
            peer.add_address(shared);
        }
        network.add_verified_peer(&peer);
    }
    network.take_changes();
    assert!(network.remove_address(&shared));
    assert_eq!(names(network.take_changes()), ["removed", "removed"]);
    assert_eq!(network.verified_count(), 2);
    assert!(!network.is_known(&shared) && network.is_known(&at(0)));
    assert!(!network.remove_address(&shared));
}

#[test]
fn a_dropped_peer_leaves_no_trace_and_may_come_back() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    for by_address in [true, false] {
        network.add_verified_peer(&peer(0));
        network.discover_services(&key(0), [service(1)]);
        if by_address {
            network.remove_address(&at(0));
        } else {
            assert!(network.remove_peer(&key(0)));
        }
        assert!(network.peer(&key(0)).is_none());
        assert!(network.verified_by_address(&at(0)).is_none());
        assert_eq!(network.services_for(&key(0)).count(), 0);
        assert_eq!(network.peer_count(service(1)), 0);
        assert!(!network.is_known(&at(0)));
    }
    assert!(!network.remove_peer(&key(0)));
    assert!(network.add_verified_peer(&peer(0)));
}

#[test]
fn changes_name_peers_and_their_registered_services_in_order() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    network.discover_services(&key(0), [service(1), service(2)]);
    network.add_verified_peer(&peer(0));
    assert_eq!(names(network.take_changes()), ["added", "service added"]);
    network.register_service(service(2));
    let changes = network.take_changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].service(), Some(service(2)));
    assert_eq!(changes[0].peer(), &peer(0));
    network.add_verified_peer(&peer(0));
    network.discover_services(&key(0), [service(1), service(3)]);
    assert!(!network.has_changes());
    network.unregister_service(service(1));
    network.remove_peer(&key(0));
    assert_eq!(
        names(network.take_changes()),
        ["service removed", "removed"]
    );
}

#[test]
fn an_address_is_walkable_through_its_service_or_its_introducers() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    let here = |network: &PeerGraph| network.walkable_addresses(service(1)).collect::<Vec<_>>();
    network.discover_address(&peer(2), at(3), None, false);
    network.discover_address(&peer(0), at(1), Some(service(2)), false);
    assert_eq!(here(&network), []);
    network.discover_services(&key(0), [service(1)]);
    assert_eq!(here(&network), [at(1)]);
    // A verified peer without the service is still walkable, one with it is not.
    network.add_verified_peer(&peer(1));
    assert_eq!(here(&network), [at(1)]);
    network.discover_services(&key(1), [service(1)]);
    assert_eq!(here(&network), []);
    network.peer_mut(&key(1), |peer| peer.add_address(address("5.5.5.5:5")));
    assert_eq!(here(&network), [at(1)]);
    network.remove_peer(&key(0));
    assert_eq!(here(&network), []);
    // Looking up walkable addresses gave no key a service.
    network.discover_address(&peer(2), at(4), Some(service(1)), false);
    assert_eq!(here(&network), [at(4)]);
    assert!(!network.has_service(&key(2), service(1)));
}

#[test]
fn snapshot_addresses_are_walkable_until_a_peer_is_there() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    for index in 0..3 {
        network.add_verified_peer(&peer(index));
    }
    let snapshot = network.snapshot();
    assert_eq!(snapshot.len(), 3 * 7);
    let mut fresh = PeerGraph::default();
    fresh.register_service(service(1));
    let loaded = fresh.load_snapshot(&snapshot);
    assert_eq!((loaded.added, loaded.malformed_at), (3, None));
    assert_eq!(fresh.walkable_count(service(1)), 3);
    assert_eq!(fresh.walkable_count(service(2)), 3);
    // Peers of other overlays are not walkable: their services are known.
    fresh.add_verified_peer(&peer(0));
    assert_eq!(fresh.walkable_count(service(1)), 2);
    assert_eq!(network.walkable_count(service(1)), 0);
    let cut = fresh.load_snapshot(&snapshot[..20]);
    assert_eq!((cut.added, cut.malformed_at), (0, Some(14)));
}

#[test]
fn a_response_is_recorded_for_its_key_only() {
    let mut network = PeerGraph::default();
    network.add_verified_peer(&peer(0));
    let later = now() + Duration::from_secs(5);
    assert!(network.heard_from(&key(0), later));
    assert!(!network.heard_from(&key(1), later));
    assert!(network.heard_from(&key(0), now()));
    let peer = network.peer(&key(0)).unwrap();
    assert_eq!(peer.last_response(), Some(later));
}

#[test]
fn a_peer_cannot_be_changed_into_another() {
    let mut network = PeerGraph::default();
    network.add_verified_peer(&peer(0));
    assert_eq!(network.peer_mut(&key(0), |p| *p = peer(1)), Some(()));
    assert_eq!(network.peer(&key(0)).map(Peer::address), Some(at(0)));
    assert_eq!(network.verified_by_address(&at(1)), None);
    assert_eq!(network.peer_mut(&key(1), |_| ()), None);
}
