//! One machine, and what is told to it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use crate::communities::tracker::Tracker;
use crate::engine::{Engine, FutureSet};
use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::context::{Interfaces, LocalAddresses};
use crate::state::stats::{DropReason, EngineStats};
use crate::wire::address::UNSPECIFIED;

/// One thing that listens at an address.
pub(super) enum Host {
    Engine(Box<Engine>),
    Tracker(Box<Tracker>),
}

/// Something at an address.
pub(super) struct Machine {
    pub(super) at: SocketAddr,
    pub(super) host: Host,
    /// What its overlays have spawned.
    pub(super) futures: FutureSet,
    /// What stands in `timeouts`.
    pub(super) wakes: Option<Instant>,
}

/// What a name server would say.
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
            "no host of the test is called {}",
            lookup.host
        ))),
    }
}

/// The first reason that was counted more often than before.
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
