//! Tests of the whole graph: the behaviour that py-ipv8's own tests check, a naive model, and size.
// A key's interior mutability is a cache that does not affect its hash and equality.
#![allow(clippy::unwrap_used, clippy::mutable_key_type)]
mod model;
mod random;
mod reference;
mod scale;

use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Instant;

/// Returns the same time for all tests: nothing in the graph depends on time.
fn now() -> Instant {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    *NOW
}

/// Returns a key; keys are in the order of their numbers.
fn key(index: usize) -> PublicKey {
    let mut bytes = b"LibNaCLPK:".to_vec();
    bytes.extend([0; 56]);
    bytes.extend((index as u64).to_be_bytes());
    PublicKey::from_bytes(&bytes).unwrap()
}

/// Returns a service; services are in the order of their numbers.
fn service(index: u8) -> CommunityId {
    CommunityId::from_bytes([index; 20])
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Returns a peer with a unique IPv4 address.
fn peer(index: usize) -> Peer {
    let [_, a, b, c] = (index as u32).to_be_bytes();
    Peer::new(key(index), SocketAddr::from(([20, a, b, c], 1000)), now())
}
