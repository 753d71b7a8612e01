//! The figures of a running node.

use std::time::Duration;

use crate::engine::Health;
use crate::engine::turns::pacing::PacingStats;
use crate::node::endpoint::{EndpointStats, InterfaceInfo, TransmitError};
use crate::node::pipeline::InboxStats;
use crate::state::network::NetworkStats;
use crate::state::stats::{DropReason, EngineStats, TrafficStats};
use crate::wire::packet::CommunityId;

/// What a node has done so far, read at one moment.
#[derive(Clone, Debug)]
pub struct NodeStats {
    /// How long the node has been running.
    pub uptime: Duration,
    /// Datagrams and bytes in and out, drops by reason, panics.
    pub engine: EngineStats,
    /// What the sockets did, errors of the system by kind.
    pub endpoint: EndpointStats,
    /// What was taken from the sockets and waits to be read.
    pub inbox: InboxStats,
    /// Each socket with its receive buffer and the kernel's own drops.
    pub interfaces: Vec<InterfaceInfo>,
    /// Verified peers of all overlays together; one that is in several peer graphs counts in each.
    pub peers: usize,
    /// Known addresses; one that is in several peer graphs counts in each.
    pub addresses: usize,
    /// What the bounds of the peer graphs turned away.
    pub network: NetworkStats,
    /// What each overlay received and sent, by message, in the order of [`Ipv8::overlays`](super::Ipv8::overlays).
    pub overlays: Vec<(CommunityId, TrafficStats)>,
    /// What steps sent that was held for its time in the slot, and what became of it.
    pub pacing: PacingStats,
    /// How the node keeps up with its turns: its lag, and whether it is overloaded.
    pub health: Health,
    /// Strategies' turns that were lost because a step or the machine was late.
    pub missed_turns: u64,
    /// Steps that took longer than the time between two turns.
    pub slow_steps: u64,
    /// Steps that were named because they had not come back after a second.
    pub hanging_steps: u64,
}

/// Counts what became of a datagram handed to the socket.
pub(super) fn count(stats: &mut EngineStats, datagram: &[u8], sent: Result<(), TransmitError>) {
    match sent {
        Ok(()) => stats.sent(datagram.len()),
        Err(TransmitError::NoInterface) => stats.record(DropReason::Unsendable),
        Err(_) => stats.record(DropReason::SendFailed),
    }
}
