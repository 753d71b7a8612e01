//! A record of one datagram that a machine sent.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::internals::packet::Unsealed;

use crate::attacker::message_id;

/// The bytes of a datagram. Those of an engine are signed only when a test or a receiver reads
/// them.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Unsealed(Unsealed),
    Bytes(Vec<u8>),
}

/// A datagram that a machine sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The time since the start.
    pub at: Duration,
    /// The machine.
    pub machine: usize,
    /// The address it came from.
    pub from: SocketAddr,
    /// The destination.
    pub to: SocketAddr,
    pub(crate) content: Content,
}

impl Sent {
    /// Returns its length in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        match &self.content {
            Content::Unsealed(packet) => packet.sealed_length(),
            Content::Bytes(bytes) => bytes.len(),
        }
    }

    /// Returns its message id.
    #[must_use]
    pub fn id(&self) -> u8 {
        match &self.content {
            Content::Unsealed(packet) => packet.message_id(),
            Content::Bytes(bytes) => message_id(bytes),
        }
    }

    /// Returns its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match &self.content {
            Content::Unsealed(packet) => packet.clone().seal(),
            Content::Bytes(bytes) => bytes.clone(),
        }
    }
}
