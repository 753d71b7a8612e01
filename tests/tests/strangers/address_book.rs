//! Many introducers that introduce many addresses: which of the honest ones are left, and what the
//! table costs.

use std::net::SocketAddr;
use std::time::Instant;

use allocation_counter::measure;
use ipv8_core::internals::network::{NetworkLimits, PeerGraph};
use ipv8_core::prelude::*;
use ipv8_tests::desk::key;
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::sim::QUIET;

const LIARS: u16 = 1_000;
/// The addresses that each liar introduces.
const EACH: u32 = 100;
/// The /16 in which the liars live.
const NETS: u16 = 20;
const HONEST: u16 = 12;
const HONEST_EACH: u16 = 8;

fn peer(graph: &mut PeerGraph, number: u16, at: SocketAddr, now: Instant) -> Peer {
    let peer = Peer::new(key(number).public_key().clone(), at, now);
    assert!(graph.add_peer_of(&peer, QUIET), "{at} is refused");
    peer
}

fn honest_address(introducer: u16, number: u16) -> SocketAddr {
    apart(100 + introducer * HONEST_EACH + number)
}

/// Returns an address of the attacker's choice, anywhere.
fn invented(number: u32) -> SocketAddr {
    let [_, a, b, c] = number.wrapping_mul(2_654_435).to_be_bytes();
    SocketAddr::from(([80 + a % 8, b, c, 1], 7_000))
}

/// Fills a graph with the addresses of honest introducers, then with those of the liars. Returns
/// the number of honest addresses that are left, and the graph.
fn flood(now: Instant, mixed: bool) -> (usize, PeerGraph) {
    let mut graph = PeerGraph::new(NetworkLimits::default());
    graph.register_service(QUIET);
    let honest: Vec<_> = (0..HONEST)
        .map(|number| peer(&mut graph, 1 + number, apart(number), now))
        .collect();
    let introduce_honest = |graph: &mut PeerGraph| {
        for (introducer, peer) in (0..).zip(&honest) {
            for number in 0..HONEST_EACH {
                let address = honest_address(introducer, number);
                graph.discover_address(peer, address, Some(QUIET), false);
            }
        }
    };
    introduce_honest(&mut graph);
    let liars: Vec<_> = (0..LIARS)
        .map(|number| {
            let net = (number % NETS).to_be_bytes()[1];
            peer(&mut graph, 100 + number, crowded(net, number), now)
        })
        .collect();
    for round in 0..EACH {
        for (number, liar) in (0..).zip(&liars) {
            let address = invented(round * u32::from(LIARS) + number);
            graph.discover_address(liar, address, Some(QUIET), false);
        }
        if mixed && round == EACH / 2 {
            introduce_honest(&mut graph);
        }
    }
    let all = (0..HONEST).flat_map(|introducer| {
        (0..HONEST_EACH).map(move |number| honest_address(introducer, number))
    });
    (all.filter(|address| graph.is_known(address)).count(), graph)
}

#[test]
fn nine_of_ten_honest_addresses_survive_a_hundred_thousand_of_a_thousand_liars() {
    for mixed in [false, true] {
        let (left, _) = flood(Instant::now(), mixed);
        let all = usize::from(HONEST * HONEST_EACH);
        assert!(left * 10 >= all * 9, "{left} of {all} (mixed: {mixed})");
    }
}

#[test]
fn a_hundred_thousand_addresses_cost_less_than_eight_megabytes() {
    let mut graph = None;
    let cost = measure(|| graph = Some(flood(Instant::now(), false)));
    let (_, graph) = graph.expect("it was made");
    // The peak counts: the tables, their indexes, and the keys of the liars.
    let limit = 8_000_000;
    assert!(
        cost.bytes_max < limit && cost.bytes_current < i64::try_from(limit).expect("fits"),
        "{} bytes, {} at most, for {} addresses",
        cost.bytes_current,
        cost.bytes_max,
        graph.address_count()
    );
}

#[test]
fn one_introducer_displaces_none_of_the_others() {
    let now = Instant::now();
    let mut graph = PeerGraph::new(NetworkLimits::default());
    graph.register_service(QUIET);
    let honest = peer(&mut graph, 1, apart(0), now);
    let liar = peer(&mut graph, 2, apart(1), now);
    for number in 0..HONEST_EACH {
        graph.discover_address(&honest, honest_address(0, number), Some(QUIET), false);
    }
    for number in 0..100_000 {
        graph.discover_address(&liar, invented(number), Some(QUIET), false);
    }
    let left = (0..HONEST_EACH).filter(|number| graph.is_known(&honest_address(0, *number)));
    assert_eq!(left.count(), usize::from(HONEST_EACH));
}
