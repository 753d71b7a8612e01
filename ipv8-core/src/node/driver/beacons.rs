//! The socket for beacons: opened for the first beacon, in addition to the node's own (protocol
//! 10.3).

use crate::node::endpoint::{Endpoint, TransmitError};
use crate::overlay::bootstrap::Beacon;

/// The beacon socket of one node. Many nodes never need one, and opening it can fail.
#[derive(Debug, Default)]
pub(super) enum Beacons {
    #[default]
    NotNeeded,
    Open(Box<Endpoint>),
    Failed,
}

impl Beacons {
    /// Opens the socket like the node's `endpoint`. Returns `true` if it is newly open. A failure
    /// is logged once; after it no beacon is sent.
    pub(super) fn open(&mut self, endpoint: &Endpoint) -> bool {
        if !matches!(self, Self::NotNeeded) {
            return false;
        }
        *self = match endpoint.broadcaster() {
            Ok(socket) => Self::Open(Box::new(socket)),
            Err(error) => {
                tracing::warn!(%error, "cannot open the beacon socket; this node is not announced on the LAN");
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

    /// Sends a beacon. Waits for room as the node's own socket does, because a new socket reports
    /// room only after the first poll.
    pub(super) async fn send(&mut self, beacon: &Beacon) -> Result<(), TransmitError> {
        let endpoint = self.endpoint_mut().ok_or(TransmitError::NoInterface)?;
        endpoint.send(beacon.to, &beacon.bytes).await
    }

    /// Waits until a datagram may have arrived; forever without a socket.
    pub(super) async fn readable(&self) {
        match self.endpoint() {
            Some(endpoint) => endpoint.readable().await,
            None => std::future::pending().await,
        }
    }
}
