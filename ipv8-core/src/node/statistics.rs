//! The figures of a running node.

use std::time::Duration;

use crate::engine::Health;
use crate::engine::turns::pacing::PacingCounters;
use crate::node::endpoint::{EndpointStatistics, InterfaceInfo, SendFailure};
use crate::node::pipeline::InboxStatistics;
use crate::state::counters::{DropReason, Statistics, Traffic};
use crate::state::network::NetworkCounters;
use crate::wire::packet::CommunityId;

/// What a node has done so far, read at one moment.
#[derive(Clone, Debug)]
pub struct NodeStatistics {
    /// How long the node has been running.
    pub uptime: Duration,
    /// Datagrams and bytes in and out, drops by reason, panics.
    pub engine: Statistics,
    /// What the sockets did, errors of the system by kind.
    pub endpoint: EndpointStatistics,
    /// What was taken from the sockets and waits to be read.
    pub inbox: InboxStatistics,
    /// Each socket with its receive buffer and the kernel's own drops.
    pub interfaces: Vec<InterfaceInfo>,
    /// Verified peers of all overlays together; one that is in several peer graphs counts in each.
    pub peers: usize,
    /// Known addresses; one that is in several peer graphs counts in each.
    pub addresses: usize,
    /// What the bounds of the peer graphs turned away.
    pub network: NetworkCounters,
    /// What each overlay received and sent, by message, in the order of [`Ipv8::overlays`](super::Ipv8::overlays).
    pub overlays: Vec<(CommunityId, Traffic)>,
    /// What steps sent that was held for its time in the slot, and what became of it.
    pub pacing: PacingCounters,
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
pub(super) fn count(statistics: &mut Statistics, datagram: &[u8], sent: Result<(), SendFailure>) {
    match sent {
        Ok(()) => statistics.sent(datagram.len()),
        Err(SendFailure::NoInterface) => statistics.record(DropReason::Unsendable),
        Err(_) => statistics.record(DropReason::SendFailed),
    }
}
