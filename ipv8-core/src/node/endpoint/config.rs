//! The settings of an endpoint.

use std::time::Duration;

/// The settings of an [`Endpoint`](super::Endpoint). The defaults are py-ipv8's, except for the
/// receive buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointConfig {
    /// Bytes of receive buffer to request from the system (default 4 MiB; py-ipv8 requests
    /// 870,400). The system may grant less or more. The node empties the buffer all the time; it
    /// bridges the moments in which the machine does not run the node.
    pub receive_buffer: usize,
    /// How many ports to try, including the requested one (default 10,000, as in py-ipv8). Port 0
    /// is tried once.
    pub port_attempts: u16,
    /// How long a datagram may wait for room in the send buffer before it is dropped. The default,
    /// 100 ms, is a fifth of the walk interval: a stuck interface delays strategies but does not
    /// starve them.
    pub send_patience: Duration,
    /// Whether datagrams may be sent to broadcast addresses (default `false`: the system refuses
    /// them).
    pub broadcast: bool,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            receive_buffer: 4 * 1_024 * 1_024,
            port_attempts: 10_000,
            send_patience: Duration::from_millis(100),
            broadcast: false,
        }
    }
}
