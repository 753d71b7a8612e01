//! Size: nothing grows without bound, and draws among many are fair.
use super::{key, now, peer, service};
use crate::state::network::{NetworkLimits, PeerGraph};
use crate::state::peer::Peer;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

fn introduced(index: usize) -> SocketAddr {
    let [_, a, b, c] = (index as u32).to_be_bytes();
    SocketAddr::from(([40, a, b, c], 2000))
}

/// Returns a graph with 10,000 peers that introduced 100,000 addresses, and one registered service.
fn large() -> PeerGraph {
    let mut network = PeerGraph::new(NetworkLimits {
        max_addresses: 100_000,
        ..NetworkLimits::default()
    });
    network.register_service(service(1));
    for index in 0..10_000 {
        let introducer = peer(index);
        for number in 0..10 {
            let address = introduced(index * 10 + number);
            network.discover_address(&introducer, address, Some(service(1)), false);
        }
        network.discover_services(introducer.key(), [service(1)]);
    }
    network
}

#[test]
fn a_hundred_thousand_addresses_are_counted_and_drawn_fairly() {
    let network = large();
    assert_eq!(network.verified_count(), 10_000);
    assert_eq!(network.peer_count(service(1)), 10_000);
    assert_eq!(network.walkable_count(service(1)), 100_000);
    assert_eq!(network.walkable_addresses(service(1)).count(), 100_000);
    let mut rng = StdRng::seed_from_u64(7);
    let mut by_tenth = [0u32; 10];
    let mut peers = HashMap::<_, u32>::new();
    for _ in 0..20_000 {
        let drawn = network.random_walkable(service(1), &mut rng, |_| false);
        let SocketAddr::V4(drawn) = drawn.unwrap() else {
            panic!("only IPv4 was introduced");
        };
        let number = u32::from(*drawn.ip()) - u32::from(std::net::Ipv4Addr::new(40, 0, 0, 0));
        by_tenth[number as usize / 10_000] += 1;
        let drawn = network.random_peer(service(1), &mut rng).unwrap();
        *peers.entry(drawn.key().clone()).or_default() += 1;
    }
    assert!(
        by_tenth.iter().all(|n| (1_800..2_200).contains(n)),
        "{by_tenth:?}"
    );
    // 20,000 draws of 10,000 leave a share of e^-2 undrawn.
    assert!((8_500..8_800).contains(&peers.len()), "{}", peers.len());
}

#[test]
fn a_draw_from_a_hundred_thousand_checks_as_many_as_one_from_ten() {
    let network = large();
    let mut rng = StdRng::seed_from_u64(9);
    let looked_at = std::cell::Cell::new(0);
    let look = || looked_at.set(looked_at.get() + 1);
    for _ in 0..100 {
        network.random_walkable(service(1), &mut rng, |_| {
            look();
            false
        });
        network.random_peer_where(service(1), &mut rng, |_| {
            look();
            true
        });
    }
    assert_eq!(looked_at.take(), 200);
    // Half of them are wanted: two draws each, on average.
    for _ in 0..100 {
        network.random_walkable(service(1), &mut rng, |address| {
            look();
            address.to_string().len() % 2 == 0
        });
    }
    assert!(looked_at.get() < 400, "{}", looked_at.get());
}

#[test]
fn drawing_with_nearly_all_excluded_still_finds_the_last_one() {
    let network = large();
    let mut rng = StdRng::seed_from_u64(8);
    let wanted = introduced(4711);
    let drawn = network.random_walkable(service(1), &mut rng, |address| *address != wanted);
    assert_eq!(drawn, Some(wanted));
    let drawn = network.random_walkable(service(1), &mut rng, |_| true);
    assert_eq!(drawn, None);
    let drawn = network.random_peer_where(service(1), &mut rng, |p| *p.key() == key(9_999));
    assert_eq!(drawn.map(|peer| peer.key().clone()), Some(key(9_999)));
}

#[test]
fn a_talkative_introducer_displaces_only_its_own_addresses() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    for index in 1..=40 {
        network.discover_address(&peer(index), introduced(index), Some(service(1)), false);
    }
    let liar = peer(0);
    for index in 1_000..1_000_000 / 20 {
        network.discover_address(&liar, introduced(index), Some(service(1)), false);
    }
    assert!((1..=40).all(|index| network.is_known(&introduced(index))));
    assert_eq!(network.walkable_count(service(1)), 540);
    assert!(network.stats().introducer_addresses_evicted > 40_000);
}

#[test]
fn many_liars_displace_a_snapshot_and_each_other_before_quiet_introducers() {
    let mut network = PeerGraph::new(NetworkLimits {
        max_addresses: 1_000,
        ..NetworkLimits::default()
    });
    network.discover_address(&peer(0), introduced(0), None, false);
    for index in 1..30_000 {
        network.discover_address(&peer(index % 50 + 1), introduced(index), None, false);
    }
    assert!(network.is_known(&introduced(0)));
    assert!(network.address_count() <= 1_000 + network.verified_count());
    let shares: HashSet<_> = (1..=50)
        .map(|index| network.introductions_from(&key(index)).count())
        .collect();
    assert!(shares.iter().all(|n| (19..=20).contains(n)), "{shares:?}");
}

#[test]
fn fresh_keys_and_service_lists_stay_below_their_limits() {
    let limits = NetworkLimits {
        max_peers: 100,
        ..NetworkLimits::default()
    };
    let mut network = PeerGraph::new(limits.clone());
    network.register_service(service(0));
    for index in 0..2_000 {
        let is_verified = network.add_verified_peer(&peer(index));
        assert_eq!(is_verified, index < 100);
        let many = (0..=255).map(service);
        network.discover_services(&key(index), many);
    }
    assert_eq!(network.verified_count(), 100);
    assert_eq!(network.stats().peers_over_limit, 1_900);
    assert_eq!(network.peer_count(service(0)), 100);
    assert_eq!(network.services_for(&key(0)).count(), 129);
    assert_eq!(network.services_for(&key(150)).count(), 0);
    assert_eq!(network.services_for(&key(1_999)).count(), 129);
    assert_eq!(network.stats().unverified_keys_evicted, 1_900 - 256);
}

#[test]
fn thousands_of_peers_at_one_address_need_no_pass_over_them() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    let shared = std::net::SocketAddr::from(([192, 168, 1, 2], 8090));
    for index in 0..10_000 {
        let mut peer = Peer::new(key(index), shared, now());
        peer.responded(now());
        assert!(network.add_verified_peer(&peer));
    }
    assert_eq!(network.all_verified_by_address(&shared).count(), 10_000);
    network.discover_services(&key(5_000), [service(1)]);
    assert_eq!(network.walkable_count(service(1)), 0);
    network.remove_address(&shared);
    assert_eq!(network.verified_count(), 0);
    assert_eq!(network.take_changes().len(), 20_002);
}

/// Returns the allocated bytes per peer, without the allocator's overhead: counted, not measured.
fn bytes_for_each_peer(network: &PeerGraph) -> usize {
    let tables = network.verified.allocated() + network.addresses.allocated();
    let local = network.local.values().map(|local| local.peers.allocated());
    // The key, its mid and the counts of its Arc.
    let key = 112;
    key + (tables + local.sum::<usize>()) / network.verified_count()
}

#[test]
fn a_peer_takes_less_than_three_hundred_bytes() {
    let mut network = PeerGraph::default();
    network.register_service(service(1));
    for index in 0..10_000 {
        let mut peer = peer(index);
        let [_, a, b, c] = (index as u32).to_be_bytes();
        peer.set_lan_address(std::net::SocketAddrV4::new([10, a, b, c].into(), 8090));
        peer.responded(now());
        assert!(network.add_peer_of(&peer, service(1)));
        network.take_changes();
    }
    let bytes = bytes_for_each_peer(&network);
    assert!((200..=300).contains(&bytes), "{bytes}");
}

#[test]
fn a_new_peer_of_one_overlay_costs_nothing_for_a_thousand_others() {
    let mut network = PeerGraph::default();
    let of = |number: u16| {
        let mut bytes = [9; 20];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        crate::wire::packet::CommunityId::from_bytes(bytes)
    };
    (0..1_000).for_each(|number| network.register_service(of(number)));
    let friend = peer(0);
    network.add_peer_of(&friend, of(0));
    for index in 1..100 {
        let before = network.checks;
        let mut peer = peer(index);
        peer.set_lan_address(std::net::SocketAddrV4::new([10, 0, 0, 1].into(), 8090));
        network.add_peer_of(&peer, of(0));
        network.discover_address(&friend, introduced(index), Some(of(0)), false);
        network.give_up(&introduced(index), of(0));
        assert!(!network.is_known(&introduced(index)));
        network.remove_peer(peer.key());
        let checks = network.checks - before;
        assert!((1..=16).contains(&checks), "{checks}");
    }
    // An address of a snapshot is walkable for all of them.
    let before = network.checks;
    network.record_bare(introduced(1_000));
    assert_eq!(network.checks - before, 1_000);
    assert_eq!(network.walkable_count(of(999)), 1);
}

#[test]
fn the_largest_service_makes_room_for_a_small_one() {
    let mut network = PeerGraph::new(NetworkLimits {
        max_peers: 20,
        ..NetworkLimits::default()
    });
    (0..4).for_each(|number| network.register_service(service(number)));
    for index in 0..20 {
        let which = if index < 13 { 2 } else { 1 };
        assert!(network.add_peer_of(&peer(index), service(which)));
    }
    for index in 20..30 {
        network.add_peer_of(&peer(index), service(3));
    }
    let counts = [1, 2, 3].map(|number| network.peer_count(service(number)));
    assert_eq!(counts, [7, 8, 5]);
    network.unregister_service(service(2));
    // The share is 6 now, and the next largest service has 7.
    assert!(network.add_peer_of(&peer(40), service(3)));
    let counts = [1, 2, 3].map(|number| network.peer_count(service(number)));
    assert_eq!(counts, [6, 8, 6]);
}
