//! The smallest packets that can be queued.

use std::net::SocketAddr;

use crate::state::outbox::Outbox;
use crate::wire::packet::{CommunityId, Unsealed};
use crate::wire::{PackError, Payload, Reader, UnpackError, Writer};

/// An empty payload.
struct Nothing;

impl Payload for Nothing {
    fn pack(&self, _writer: &mut Writer) -> Result<(), PackError> {
        Ok(())
    }
    fn unpack(_reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self)
    }
}

/// Queues an unsigned message without a body.
pub(super) fn queue(outbox: &mut Outbox, to: SocketAddr, message: u8) {
    let prefix = CommunityId::from_bytes([7; 20]).prefix();
    let packet = Unsealed::new(&prefix, message, None, None, &Nothing).expect("it is short");
    outbox.push(to, packet).expect("the outbox has room");
}
