//! Differences on purpose: each kind with its reason, each scenario by name. Everything that is not
//! listed here must end as with py-ipv8.
//!
//! These apply to all scenarios, because here a key is a peer only when it answers a request of
//! ours (`guide::strangers`):
//!
//! - The WAN estimate is learned from a tracker. A response comes after a request of ours to its
//!   sender, and repeats the identifier of that request; without one, it must change nothing.
//! - A request is received twice, each time by a new node. As a *peer*, the sender has answered a
//!   request of ours before; everything must be as with py-ipv8. As a *stranger*, it answers the
//!   request that follows within seconds; the end must be as with py-ipv8, but no peer is asked to
//!   puncture for it.
//! - A LAN address that is only claimed is an address of the peer, but not a known one.

use std::collections::BTreeSet;
use std::net::SocketAddr;

/// A difference of a single scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// py-ipv8 lets one peer more than `max_peers` in by a request, and any number by responses.
    /// Here the limit is a hard one, so the sender stays a stranger.
    HardLimit,
    /// py-ipv8 counts the sender of a request as a peer at once, and its response says that the
    /// limit is reached. A stranger is not counted.
    StrangerNotCounted,
    /// py-ipv8 takes any address from any sender. Here a node in the internet cannot make us send
    /// to a private network or to a documentation range. These addresses are not known afterwards,
    /// and get no puncture.
    OutOfScope(&'static [&'static str]),
    /// py-ipv8 introduces any peer. The answer to a stranger introduces none if that makes it much
    /// longer than the request, as an IPv6 address does.
    LongAnswer,
    /// py-ipv8 answers any sender and walks to it, also in a documentation range. Here a stranger
    /// there is neither answered nor asked to prove itself.
    StrangerOutOfScope,
    /// py-ipv8 takes a loopback or link-local address for our WAN address. A node in the internet
    /// cannot see us there.
    ImplausibleWan,
    /// py-ipv8's discovery community does not read the LAN address in a request. Here the contact
    /// keeps it, as in other communities, so that its answer may come from there.
    StrangerKeepsLan,
    /// py-ipv8 moves a peer to the source of any signed message. Here the peer moves when it
    /// answers from there.
    MovesByProof,
}

use Difference::{
    HardLimit, ImplausibleWan, LongAnswer, MovesByProof, OutOfScope, StrangerKeepsLan,
    StrangerNotCounted, StrangerOutOfScope,
};

/// The scenarios that end differently, or (a scenario named twice) differ in more than one way.
pub(super) const DIFFERENCES: &[(&str, Difference)] = &[
    ("limit-below", StrangerNotCounted),
    ("limit-equal-still-accepted", HardLimit),
    ("limit-zero", HardLimit),
    ("response-over-limit", HardLimit),
    ("request-old-flagged-introduce-v6", LongAnswer),
    ("request-new-introduce-v6", LongAnswer),
    ("request-new-from-v6", StrangerOutOfScope),
    ("discovery-request", StrangerKeepsLan),
    (
        "response-old-lan-none-wan-own-host",
        OutOfScope(&["192.168.1.2:4040"]),
    ),
    (
        "response-new-lan-none-wan-own-host",
        OutOfScope(&["192.168.1.2:4040"]),
    ),
    (
        "response-old-lan-lan-wan-other-host",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    (
        "response-new-lan-lan-wan-other-host",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    (
        "response-old-lan-lan-wan-own-host",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    (
        "response-new-lan-lan-wan-own-host",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    (
        "response-wan-host-changes-with-introduction",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    (
        "puncture-request-old-own-nat",
        OutOfScope(&["192.168.3.3:33"]),
    ),
    ("puncture-request-new-v6", OutOfScope(&["[2001:db8::9]:9"])),
    ("response-wan-estimate-loopback", ImplausibleWan),
    ("response-wan-estimate-169-254", ImplausibleWan),
    ("puncture-known-peer-new-address", MovesByProof),
];

/// Returns `true` if this scenario is listed with this difference.
pub(super) fn differs(name: &str, difference: Difference) -> bool {
    DIFFERENCES.contains(&(name, difference))
}

/// Returns the addresses to which the sender of this scenario may not make us send.
pub(super) fn out_of_scope(name: &str) -> BTreeSet<SocketAddr> {
    let addresses = DIFFERENCES
        .iter()
        .filter_map(|(listed, difference)| match difference {
            OutOfScope(addresses) if *listed == name => Some(*addresses),
            _ => None,
        });
    let addresses = addresses.flatten();
    addresses
        .map(|text| text.parse().expect("an address"))
        .collect()
}
