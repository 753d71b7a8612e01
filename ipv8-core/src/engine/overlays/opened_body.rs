//! Opened datagrams on their way to an overlay.

use crate::overlay::community::OpenedMessage;
use crate::overlay::introduction::{OpenedIntroduction, SignedBy};

/// An opened datagram of any kind.
pub(crate) enum OpenedBody {
    Introduction(OpenedIntroduction),
    Message(u8, OpenedMessage),
    Beacon,
}

impl OpenedBody {
    /// Returns the signer; `None` if the datagram is not signed.
    pub(crate) fn signed_by(&self) -> Option<&SignedBy> {
        match self {
            Self::Introduction(opened) => opened.message.signed_by(),
            Self::Message(_, opened) => opened.signed_by.as_ref(),
            Self::Beacon => None,
        }
    }
}
