//! The counts and the state of a running node.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::engine::Health;
use crate::engine::turns::pacing::PacingStats;
use crate::node::endpoint::{EndpointStats, InterfaceInfo, TransmitError};
use crate::node::pipeline::InboxStats;
use crate::state::network::NetworkStats;
use crate::state::stats::{DropReason, EngineStats, TrafficStats};
use crate::support::serial;
use crate::wire::packet::CommunityId;

/// The counts and the state of a node, read at one moment.
///
/// Serialized, durations are seconds, and `overlays` is a map by community id.
#[derive(Clone, Debug, Serialize)]
pub struct NodeStats {
    /// The time since the node was created.
    #[serde(serialize_with = "serial::seconds")]
    pub uptime: Duration,
    /// Datagrams and bytes in and out, drops by reason, panics.
    pub engine: EngineStats,
    /// Counts of the sockets, and errors of the system by kind.
    pub endpoint: EndpointStats,
    /// Received datagrams that wait to be opened.
    pub inbox: InboxStats,
    /// Each socket with its receive buffer and the drops of the kernel.
    pub interfaces: Vec<InterfaceInfo>,
    /// Verified peers of all overlays. A peer in several peer graphs counts in each.
    pub peers: usize,
    /// Known addresses. An address in several peer graphs counts in each.
    pub addresses: usize,
    /// Peers and addresses that the bounds of the peer graphs rejected or evicted.
    pub network: NetworkStats,
    /// Received and sent messages of each overlay, in the order of
    /// [`Ipv8::overlays`](super::Ipv8::overlays).
    #[serde(serialize_with = "by_overlay")]
    pub overlays: Vec<(CommunityId, TrafficStats)>,
    /// Datagrams of steps that were held to spread them.
    pub pacing: PacingStats,
    /// How late turns begin, and whether the node is overloaded.
    pub health: Health,
    /// Turns that were skipped because a step or the machine was late.
    pub missed_turns: u64,
    /// Steps that took longer than the gap between two turns.
    pub slow_steps: u64,
    /// Steps that were reported because they ran for more than a second.
    pub hanging_steps: u64,
    /// Other calls of user code (handlers, tasks, observers, calls through a handle) that were
    /// reported for the same reason.
    pub hanging_calls: u64,
}

fn by_overlay<S: Serializer>(
    overlays: &[(CommunityId, TrafficStats)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(
        overlays
            .iter()
            .map(|(id, traffic)| (id.to_string(), traffic)),
    )
}

/// Counts the outcome of a datagram that was passed to the socket.
pub(super) fn count(stats: &mut EngineStats, datagram: &[u8], sent: Result<(), TransmitError>) {
    match sent {
        Ok(()) => stats.sent(datagram.len()),
        Err(TransmitError::NoInterface) => stats.record(DropReason::Unsendable),
        Err(_) => stats.record(DropReason::SendFailed),
    }
}
