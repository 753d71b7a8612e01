//! One machine: a node or a tracker at an address.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use crate::communities::tracker::Tracker;
use crate::engine::{Engine, FutureSet};
use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::context::{Interfaces, LocalAddresses};
use crate::state::stats::{DropReason, EngineStats};
use crate::wire::address::UNSPECIFIED;

/// A program that listens at an address.
pub(super) enum Host {
    Engine(Box<Engine>),
    Tracker(Box<Tracker>),
}

/// A machine at an address.
pub(super) struct Machine {
    pub(super) at: SocketAddr,
    pub(super) host: Host,
    /// The futures that its overlays have spawned.
    pub(super) futures: FutureSet,
    /// Its entry in `Internet::timeouts`.
    pub(super) wakes: Option<Instant>,
}

/// Answers a lookup like a name server.
pub(super) fn look_up(
    hosts: &HashMap<String, Vec<IpAddr>>,
    lookup: &Lookup,
) -> Result<Vec<SocketAddr>, LookupError> {
    let with_port = |host: &IpAddr| SocketAddr::new(*host, lookup.port);
    if let Ok(host) = lookup.host.parse() {
        return Ok(vec![with_port(&host)]);
    }
    match hosts.get(&lookup.host) {
        Some(addresses) => Ok(addresses.iter().map(with_port).collect()),
        None => Err(LookupError::System(format!(
            "the test has no host {}",
            lookup.host
        ))),
    }
}

/// Returns the first reason whose count has grown.
pub(super) fn new_drop(before: &EngineStats, after: &EngineStats) -> Option<DropReason> {
    let mut reasons = after.drops();
    reasons
        .find(|(reason, count)| *count > before.count(*reason))
        .map(|(reason, _)| reason)
}

pub(super) fn local_addresses(at: SocketAddr) -> LocalAddresses {
    LocalAddresses {
        lan: if at.is_ipv4() { at } else { UNSPECIFIED },
        ipv6: at.is_ipv6().then_some(at),
        interfaces: Interfaces {
            ipv4: at.is_ipv4(),
            ipv6: at.is_ipv6(),
        },
        ..LocalAddresses::default()
    }
}
