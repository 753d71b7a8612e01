//! The peer graph. All peers have the same registered service.

use std::cell::RefCell;
use std::time::Instant;

use divan::{Bencher, black_box};
use ipv8_core::prelude::*;

use crate::setup::{Quiet, address, any_key, graph, introduce, rng};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

#[divan::bench(args = SIZES)]
fn look_up_a_known_source(bencher: Bencher, peers: usize) {
    let (network, _) = graph(peers);
    let source = address(peers / 2);
    bencher.bench_local(|| network.verified_by_address(black_box(&source)).is_some());
}

#[divan::bench(args = SIZES)]
fn look_up_an_unknown_source(bencher: Bencher, peers: usize) {
    let (network, _) = graph(peers);
    let source = address(peers);
    bencher.bench_local(|| network.verified_by_address(black_box(&source)).is_some());
}

#[divan::bench(args = SIZES)]
fn look_up_a_key(bencher: Bencher, peers: usize) {
    let (network, all) = graph(peers);
    let key = all[peers / 2].key().clone();
    bencher.bench_local(|| network.peer(black_box(&key)).is_some());
}

/// Adds a removed peer again.
#[divan::bench(args = SIZES, sample_size = 1, sample_count = 1_000)]
fn add_a_peer(bencher: Bencher, peers: usize) {
    let network = RefCell::new(graph(peers).0);
    let peer = Peer::new(any_key(&mut rng(11)), address(peers), Instant::now());
    bencher
        .with_inputs(|| {
            network.borrow_mut().remove_peer(peer.key());
            network.borrow_mut().take_changes();
        })
        .bench_local_values(|()| network.borrow_mut().add_peer_of(&peer, Quiet::COMMUNITY_ID));
}

#[divan::bench(args = SIZES, sample_size = 1, sample_count = 1_000)]
fn remove_a_peer(bencher: Bencher, peers: usize) {
    let (network, all) = graph(peers);
    let (network, peer) = (RefCell::new(network), &all[peers / 2]);
    bencher
        .with_inputs(|| {
            network.borrow_mut().add_peer_of(peer, Quiet::COMMUNITY_ID);
            network.borrow_mut().take_changes();
        })
        .bench_local_values(|()| network.borrow_mut().remove_peer(peer.key()));
}

#[divan::bench(args = SIZES)]
fn random_peer(bencher: Bencher, peers: usize) {
    let (network, _) = graph(peers);
    let mut rng = rng(12);
    bencher.bench_local(|| network.random_peer(Quiet::COMMUNITY_ID, &mut rng).is_some());
}

#[divan::bench(args = [100, 10_000, 100_000])]
fn random_walkable(bencher: Bencher, addresses: usize) {
    let (mut network, peers) = graph(30);
    introduce(&mut network, &peers, Quiet::COMMUNITY_ID, addresses);
    let mut rng = rng(13);
    bencher.bench_local(|| {
        network
            .random_walkable(Quiet::COMMUNITY_ID, &mut rng, |_| false)
            .unwrap()
    });
}
