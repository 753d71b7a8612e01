//! Sending messages.

use std::net::SocketAddr;

use super::context::Context;
use super::send_error::SendError;
use crate::crypto::PrivateKey;
use crate::state::peer::Peer;
use crate::state::standing::Asker;
use crate::state::stats::DropReason;
use crate::wire::packet::{Pack, Unsealed};
use crate::wire::{Authentication, Message, PackError, Signed};

/// A message to send, with its type erased: sending is compiled once, not for each type.
pub(crate) struct Outgoing<'a> {
    id: u8,
    is_signed: bool,
    has_global_time: bool,
    payload: &'a dyn Pack,
}

impl<'a> Outgoing<'a> {
    #[inline]
    pub(crate) fn new<M: Message>(message: &'a M) -> Self {
        Self {
            id: M::ID,
            is_signed: <M::Authentication as Authentication>::SIGNED,
            has_global_time: M::GLOBAL_TIME,
            payload: message,
        }
    }
}

/// # Sending
impl Context<'_> {
    /// Sends `message` to the preferred address of `peer`, signed if its type requires it.
    ///
    /// # Errors
    ///
    /// See [`Context::send_to`].
    pub fn send<M: Message>(&mut self, peer: &Peer, message: &M) -> Result<(), SendError> {
        self.send_to(peer.address(), message)
    }

    /// Sends `message` to `address`, signed if its type requires it. The datagram is queued and
    /// leaves after this call has ended.
    ///
    /// # Errors
    ///
    /// Nothing is sent then, and the failure is counted under its
    /// [`DropReason`](crate::state::DropReason):
    ///
    /// - [`SendError::Pack`] (`Unpackable`): a field does not fit its format, such as a text of
    ///   more than 65,535 bytes in `varlenHutf8`. Fix the value, or give the field a wider format.
    /// - [`SendError::TooLong`] (`TooLong`): the datagram is longer than the node may send, by
    ///   default 1,452 bytes.
    /// - [`SendError::NotQueued`]: nothing can be sent to the address (`Unsendable`: port 0, an
    ///   unspecified, multicast or broadcast host), or this call has already sent 16,384 datagrams
    ///   (`QueueFull`).
    ///
    /// A queued datagram may still be lost: the socket can refuse it (counted as `SendFailed`), and
    /// the network can drop it.
    pub fn send_to<M: Message>(
        &mut self,
        address: SocketAddr,
        message: &M,
    ) -> Result<(), SendError> {
        self.send_erased(address, &Outgoing::new(message))
    }

    fn send_erased(
        &mut self,
        address: SocketAddr,
        message: &Outgoing<'_>,
    ) -> Result<(), SendError> {
        let packet = self.pack(message)?;
        self.enqueue(address, packet)
    }

    /// Sends the response to a request. An address that no peer of this overlay has proven gets no
    /// more than an introduction request could bring it, because anyone can forge it.
    pub(crate) fn respond_to(
        &mut self,
        address: SocketAddr,
        response: &Outgoing<'_>,
    ) -> Result<(), SendError> {
        let packet = self.pack(response)?;
        let (length, now) = (packet.sealed_length(), self.now);
        let is_stranger = self.asker_at(&address) == Asker::Stranger;
        if is_stranger && let Err(budget) = self.shared.budgets.takes_response(address, length, now)
        {
            let reason = self.refused(budget);
            self.count_drop(reason);
            return Err(SendError::NotQueued(reason));
        }
        self.enqueue(address, packet)
    }

    /// Sends `message` to the preferred address of every verified peer of this overlay, packed
    /// once. Returns the number of peers it was queued for. The remaining peers (nothing can be
    /// sent to the address, or the outbox is full) are counted as drops.
    ///
    /// # Errors
    ///
    /// [`SendError::Pack`] and [`SendError::TooLong`] like [`Context::send_to`]; nothing is sent
    /// then.
    pub fn broadcast<M: Message>(&mut self, message: &M) -> Result<usize, SendError> {
        self.broadcast_erased(&Outgoing::new(message))
    }

    fn broadcast_erased(&mut self, message: &Outgoing<'_>) -> Result<usize, SendError> {
        let peers: Vec<_> = self.peers().map(Peer::address).collect();
        if peers.is_empty() {
            return Ok(0);
        }
        let packet = self.pack(message)?;
        let mut queued = 0;
        for peer in peers {
            match self.enqueue(peer, packet.clone()) {
                Ok(()) => queued += 1,
                Err(error @ SendError::TooLong { .. }) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(queued)
    }

    fn pack(&mut self, message: &Outgoing<'_>) -> Result<Unsealed, SendError> {
        let global_time = message.has_global_time.then(|| self.claim_global_time());
        let signer = message.is_signed.then_some(&self.state.my_key);
        let (prefix, payload) = (&self.state.prefix, message.payload);
        let packet = Unsealed::packed(prefix, message.id, signer, global_time, payload);
        packet.map_err(|error: PackError| {
            self.count_drop(DropReason::Unpackable);
            SendError::Pack(error)
        })
    }

    /// Sends `message` to `address`, signed with `signer`, a key of this node, and carrying
    /// `global_time`.
    ///
    /// # Errors
    ///
    /// See [`Context::send_to`].
    pub(crate) fn send_signed_by<M: Message<Authentication = Signed>>(
        &mut self,
        address: SocketAddr,
        signer: &PrivateKey,
        global_time: u64,
        message: &M,
    ) -> Result<(), SendError> {
        let time = M::GLOBAL_TIME.then_some(global_time);
        let packet = Unsealed::new(&self.state.prefix, M::ID, Some(signer), time, message)?;
        self.enqueue(address, packet)
    }

    /// Queues a finished packet, and counts it if the outbox refuses it.
    pub(crate) fn enqueue(&mut self, to: SocketAddr, packet: Unsealed) -> Result<(), SendError> {
        let id = packet.message_id();
        let (size, limit) = (packet.sealed_length(), self.shared.outbox.max_datagram());
        self.shared.outbox.push(to, packet).map_err(|reason| {
            self.shared.stats.record(reason);
            match reason {
                DropReason::TooLong => SendError::TooLong { size, limit },
                _ => SendError::NotQueued(reason),
            }
        })?;
        self.state.traffic.sent(id, size);
        Ok(())
    }
}
