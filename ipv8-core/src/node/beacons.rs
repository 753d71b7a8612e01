//! The socket for beacons: opened when the first one is sent, beside the node's own (protocol 10.3).

use crate::node::endpoint::{BindError, Endpoint, TransmitError};
use crate::overlay::bootstrap::Beacon;

/// The beacon socket of one node, which may never be needed, or not be had.
#[derive(Debug, Default)]
pub(super) enum Beacons {
    #[default]
    NotNeeded,
    Open(Box<Endpoint>),
    Failed,
}

impl Beacons {
    /// Opens the socket, as the node's `endpoint` is opened. A failure is told once; then no beacon is sent, and none is missed.
    pub(super) fn open(&mut self, endpoint: &Endpoint) -> bool {
        if !matches!(self, Self::NotNeeded) {
            return false;
        }
        let opened: Result<Endpoint, BindError> = endpoint.broadcaster();
        *self = match opened {
            Ok(socket) => Self::Open(Box::new(socket)),
            Err(error) => {
                tracing::warn!(%error, "no socket for beacons: nobody on the local network is told of this node");
                Self::Failed
            }
        };
        self.endpoint().is_some()
    }

    pub(super) fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Open(endpoint) => Some(endpoint),
            Self::NotNeeded | Self::Failed => None,
        }
    }

    pub(super) fn endpoint_mut(&mut self) -> Option<&mut Endpoint> {
        match self {
            Self::Open(endpoint) => Some(endpoint),
            Self::NotNeeded | Self::Failed => None,
        }
    }

    /// Sends a beacon, waiting as long for room as the node's own socket would: a new socket has none before it was asked.
    pub(super) async fn send(&mut self, beacon: &Beacon) -> Result<(), TransmitError> {
        let endpoint = self.endpoint_mut().ok_or(TransmitError::NoInterface)?;
        endpoint.send(beacon.to, &beacon.bytes).await
    }

    /// Waits until something may have arrived; for ever without a socket.
    pub(super) async fn readable(&self) {
        match self.endpoint() {
            Some(endpoint) => endpoint.readable().await,
            None => std::future::pending().await,
        }
    }
}
