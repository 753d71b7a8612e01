//! Datagrams that must be refused: each is counted under one reason, gets no answer, and changes
//! nothing.

use std::net::SocketAddr;

use ipv8_core::crypto::PrivateKey;
use ipv8_core::state::DropReason;

use crate::desk::{Desk, PROBE, State, address, key, sealed};
use crate::probe::Hello;

/// Creates a node whose state could be damaged: it has a WAN estimate, two peers and a walkable
/// address.
#[must_use]
pub fn desk() -> Desk {
    let mut desk = Desk::new();
    assert!(
        desk.engine
            .set_estimated_wan(desk.id, address("50.5.5.5:8090"))
    );
    let friend = desk.befriend(1, address("30.1.1.1:1001"));
    desk.befriend(2, address("30.2.2.2:1002"));
    let service = Some(desk.id);
    let network = desk.engine.network_mut();
    network.discover_address(&friend, address("40.1.1.1:1"), service, false);
    desk.drain();
    desk
}

/// Returns the key of a stranger, which the node has never met.
#[must_use]
pub fn stranger() -> PrivateKey {
    key(99)
}

/// Returns a good message of the stranger.
#[must_use]
pub fn hello() -> Vec<u8> {
    let text = "hello".into();
    sealed(PROBE, &stranger(), 1, &Hello { text })
}

/// Returns the stranger's address.
#[must_use]
pub fn source() -> SocketAddr {
    address("77.7.7.7:7000")
}

/// Passes in `datagram`, which must be refused, and returns the one reason for its refusal.
///
/// # Panics
///
/// Panics if the datagram is not refused.
pub fn refused(
    desk: &mut Desk,
    before: &State,
    from: SocketAddr,
    datagram: &[u8],
    what: &str,
) -> DropReason {
    let counters = desk.engine.stats().clone();
    let wanted = desk.engine.poll_timeout();
    desk.give(from, datagram);
    assert!(
        desk.engine.poll_output().is_none(),
        "{what}: something was sent, or happened"
    );
    assert_eq!(
        desk.engine.poll_timeout(),
        wanted,
        "{what}: a timer was set"
    );
    let drops = desk.drops_since(&counters);
    let [(reason, 1)] = drops[..] else {
        panic!("{what}: counted as {drops:?}");
    };
    let counted = desk.engine.stats();
    assert_eq!(counted.datagrams_in, counters.datagrams_in + 1, "{what}");
    assert_eq!(
        counted.bytes_in,
        counters.bytes_in + datagram.len() as u64,
        "{what}"
    );
    assert_eq!(counted.panics, 0, "{what}: a panic");
    assert_eq!(desk.state(), *before, "{what}: the state has changed");
    reason
}

/// Like [`refused`], but passes the datagram in twice: from an unknown address and from a peer's.
///
/// # Panics
///
/// Panics if the datagram is not refused for `expected`.
pub fn refused_as(
    desk: &mut Desk,
    before: &State,
    datagram: &[u8],
    expected: DropReason,
    what: &str,
) {
    for from in [source(), address("30.1.1.1:1001")] {
        let reason = refused(desk, before, from, datagram, what);
        assert_eq!(reason, expected, "{what}");
    }
}
