//! The attacker's own peers: they answer like honest ones, but lie.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::{EACH, INTRODUCED, LIE, SYBILS, departed, departed_key, ours, service, sybil, theirs};
use crate::actor::Actor;
use crate::attacker::Introduced;
use crate::places::{ABUSABLE, SPECIAL};

/// The number of the first Sybil's key.
const FIRST_KEY: u16 = 1_000;

/// Returns the Sybils by address. Every third one lies about the WAN address of each asker. All
/// claim the address of an honest node as their LAN address.
pub(super) fn sybils() -> HashMap<SocketAddr, Actor> {
    let liar = |number: u16| Actor {
        lan: honest(number),
        tells: number
            .is_multiple_of(3)
            .then_some(SocketAddr::from((LIE, 6_666))),
        introduces: introductions(number),
        ..Actor::new(FIRST_KEY + number, sybil(number))
    };
    (0..SYBILS)
        .map(|number| (sybil(number), liar(number)))
        .collect()
}

/// Returns the honest peer that stops to answer.
pub(super) fn departing() -> Actor {
    Actor {
        key: departed_key(),
        ..Actor::new(0, departed())
    }
}

/// Returns the address of an honest node.
pub(super) fn honest(number: u16) -> SocketAddr {
    let number = number % (2 * EACH);
    match number.checked_sub(EACH) {
        Some(number) => theirs(number),
        None => ours(number),
    }
}

/// Returns what a Sybil introduces, in turn: the victim, special ranges, other services, and other
/// Sybils.
fn introductions(number: u16) -> Vec<Introduced> {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    let victim = (0..8).map(|port| SocketAddr::from((INTRODUCED, 4_000 + number * 8 + port)));
    let special = SPECIAL.iter().filter_map(|text| text.parse().ok());
    let services = ABUSABLE.into_iter().map(service);
    let others = (1..20).map(|step| sybil((number + step * 7) % SYBILS));
    let mut places: Vec<SocketAddr> = victim.chain(special).chain(services).collect();
    places.extend(others);
    // Alone, as a LAN address, and as both.
    let pairs = places
        .into_iter()
        .flat_map(|at| [(unknown, at), (at, unknown), (at, at)]);
    let mut pairs: Vec<_> = pairs.collect();
    let start = usize::from(number) * 7 % pairs.len();
    pairs.rotate_left(start);
    pairs
}
