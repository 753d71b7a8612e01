//! Messages between the datagram and the handler.

use std::any::Any;
use std::net::SocketAddr;

use crate::crypto::Points;
use crate::overlay::introduction::SignedBy;
use crate::state::peer::Peer;
use crate::wire::packet::{OpenError, read_signed, read_unsigned};
use crate::wire::{Authentication, Message, Reader, UnpackError};

/// One type of message, erased: what reading it takes. Any core can read it.
#[derive(Debug)]
pub(crate) struct MessageType {
    pub(super) id: u8,
    pub(super) name: &'static str,
    /// `true` if the message has an id of IPv8's own on purpose.
    pub(super) reserved_id: bool,
    pub(crate) is_signed: bool,
    has_global_time: bool,
    read: fn(&mut Reader<'_>) -> Result<AnyMessage, UnpackError>,
}

/// A message, of the type its handler was registered for.
pub(crate) type AnyMessage = Box<dyn Any + Send>;

/// A community's message that was read and, if it is signed, verified.
pub(crate) struct OpenedMessage {
    /// The signer; `None` for an unsigned message.
    pub(crate) signed_by: Option<SignedBy>,
    /// The sender's Lamport time, if the message carries it.
    pub(crate) global_time: Option<u64>,
    /// The length of the datagram, in bytes.
    pub(crate) length: usize,
    pub(crate) message: AnyMessage,
}

/// The sender of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery<'a> {
    /// The peer that signed the message.
    Signed(&'a Peer),
    /// The source address of an unsigned message.
    Unsigned(SocketAddr),
}

impl MessageType {
    /// Returns the table of `M`, which the compiler fills.
    pub(super) const fn of<M: Message>() -> &'static Self {
        const {
            &Self {
                id: M::ID,
                name: M::NAME,
                reserved_id: M::RESERVED_ID,
                is_signed: <M::Authentication as Authentication>::SIGNED,
                has_global_time: M::GLOBAL_TIME,
                read: read::<M>,
            }
        }
    }

    /// Reads and verifies a message of this type. `points` do not affect the result.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) fn open(
        &self,
        datagram: &[u8],
        points: &mut Points,
    ) -> Result<OpenedMessage, OpenError> {
        let mut message = Err(UnpackError::Invalid("the message was not read"));
        let mut read = |reader: &mut Reader<'_>| {
            message = Ok((self.read)(reader)?);
            Ok(())
        };
        let (signed_by, global_time) = if self.is_signed {
            let (key, canonical, time) =
                read_signed(datagram, self.has_global_time, points, &mut read)?;
            (Some(SignedBy::new(key, canonical, datagram)), time)
        } else {
            (
                None,
                read_unsigned(datagram, self.has_global_time, &mut read)?,
            )
        };
        Ok(OpenedMessage {
            signed_by,
            global_time,
            length: datagram.len(),
            message: message?,
        })
    }
}

fn read<M: Message>(reader: &mut Reader<'_>) -> Result<AnyMessage, UnpackError> {
    let message = M::unpack(reader)?;
    // Before the allocation, because any host can send a message with bytes behind it.
    reader.finish()?;
    Ok(Box::new(message))
}
