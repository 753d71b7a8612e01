//! The counts of an endpoint.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

use super::socket_errors::SocketErrors;
use crate::support::serial;

/// Counts of an endpoint since it was created. Each datagram passed to a send is counted once: as
/// sent, or by its failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndpointStats {
    /// Datagrams received.
    pub datagrams_in: u64,
    /// Bytes received, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams passed to the system.
    pub datagrams_out: u64,
    /// Bytes passed to the system, without IP and UDP headers.
    pub bytes_out: u64,
    /// Datagrams dropped because no interface has the family of their address.
    pub no_interface: u64,
    /// Datagrams dropped because the send buffer stayed full
    /// ([`EndpointConfig::send_patience`](super::EndpointConfig::send_patience)).
    pub send_busy: u64,
    /// Sends that had to wait for room in the send buffer, including those that gave up.
    pub send_waits: u64,
    /// The sum of these waits. No strategy has a turn while datagrams of the last step wait.
    #[serde(serialize_with = "serial::seconds")]
    pub send_waited: Duration,
    /// The longest of these waits.
    #[serde(serialize_with = "serial::seconds")]
    pub longest_send_wait: Duration,
    /// The system's errors for sends. An error caused by an earlier datagram is counted, and the
    /// send is repeated once.
    pub send_errors: SocketErrors,
    /// The system's errors for receives.
    pub receive_errors: SocketErrors,
}

impl EndpointStats {
    pub(super) fn count_sent(&mut self, datagram: &[u8]) {
        self.datagrams_out += 1;
        self.bytes_out += datagram.len() as u64;
    }
}

/// One interface of an endpoint, for logs and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceInfo {
    /// The bound address, with the actual port.
    pub local_address: SocketAddr,
    /// Bytes of receive buffer as the system reports them (Linux reports twice the granted size);
    /// `None` where it does not report them.
    pub receive_buffer: Option<usize>,
    /// Datagrams that the system dropped because the receive buffer was full; `None` where it does
    /// not report them.
    pub kernel_drops: Option<u64>,
}
