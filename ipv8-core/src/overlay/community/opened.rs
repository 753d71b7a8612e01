//! Messages between the datagram and the handler.

use std::any::Any;
use std::net::SocketAddr;

use crate::crypto::Points;
use crate::overlay::introduction::SignedBy;
use crate::state::peer::Peer;
use crate::wire::packet::{OpenError, open_signed_with, open_unsigned};
use crate::wire::{Authentication, Message};

/// Reads and verifies one kind of message. Any core can run it, with its own [`Points`]; they do
/// not affect the result.
pub(crate) type OpenMessage = fn(&[u8], &mut Points) -> Result<OpenedMessage, OpenError>;

/// A community's message that was read and, if it is signed, verified.
pub(crate) struct OpenedMessage {
    /// The signer; `None` for an unsigned message.
    pub(crate) signed_by: Option<SignedBy>,
    /// The sender's Lamport time, if the message carries it.
    pub(crate) global_time: Option<u64>,
    /// The length of the datagram, in bytes.
    pub(crate) length: usize,
    /// The message, of the type its handler was registered for.
    pub(crate) message: Box<dyn Any + Send>,
}

/// The sender of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery<'a> {
    /// The peer that signed the message.
    Signed(&'a Peer),
    /// The source address of an unsigned message.
    Unsigned(SocketAddr),
}

pub(super) fn open_message<M: Message>(
    datagram: &[u8],
    points: &mut Points,
) -> Result<OpenedMessage, OpenError> {
    if !<M::Authentication as Authentication>::SIGNED {
        let (global_time, message) = open_unsigned::<M>(datagram, M::GLOBAL_TIME)?;
        return Ok(OpenedMessage {
            signed_by: None,
            global_time,
            length: datagram.len(),
            message: Box::new(message),
        });
    }
    let (key, canonical, global_time, message) =
        open_signed_with::<M>(datagram, M::GLOBAL_TIME, points)?;
    let signed_by = Some(SignedBy::new(key, canonical, datagram));
    Ok(OpenedMessage {
        signed_by,
        global_time,
        message: Box::new(message),
        length: datagram.len(),
    })
}
