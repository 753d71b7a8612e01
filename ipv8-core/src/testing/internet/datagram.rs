//! Datagrams on their way, and after their arrival.

use std::net::SocketAddr;
use std::time::Duration;

use crate::state::stats::DropReason;

/// A datagram on its way.
pub(super) struct Flying {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

/// A datagram that arrived at a machine.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The time of arrival, since the start.
    pub at: Duration,
    /// The source address.
    pub from: SocketAddr,
    /// The machine that received it.
    pub machine: usize,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The reason why the machine dropped it, if it did.
    pub dropped: Option<DropReason>,
}
