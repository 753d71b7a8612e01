//! The two wire layouts of the messages that every community understands.

use std::net::SocketAddr;

use crate::crypto::PrivateKey;
use crate::wire::packet::{Prefix, Unsealed};
use crate::wire::{Format, PackError, Payload, Reader, UnpackError, Writer, formats};

/// The two wire layouts of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// IPv4 addresses only, ids 245 to 250.
    Old,
    /// IPv4 and IPv6 addresses, ids 231 to 234.
    New,
}

/// A message with both styles. All such messages carry a global time.
pub trait Styled: Sized {
    /// `true` if the message is signed; the same in both styles.
    const SIGNED: bool;
    /// The message id of the old style.
    const OLD_ID: u8;
    /// The message id of the new style.
    const NEW_ID: u8;

    /// Writes the fields in the layout of `style`.
    ///
    /// # Errors
    /// [`PackError::NotIpv4`] for an IPv6 address in the old style.
    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads the fields in the layout of `style`.
    ///
    /// # Errors
    /// [`UnpackError`] if the bytes are not these fields.
    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError>;

    /// Returns the message id of `style`.
    #[must_use]
    fn id(style: Style) -> u8 {
        match style {
            Style::Old => Self::OLD_ID,
            Style::New => Self::NEW_ID,
        }
    }

    /// Returns the packet of this message in `style`. The `signer` is used only if the message is
    /// signed.
    ///
    /// # Errors
    /// [`PackError::NotIpv4`] for an IPv6 address in the old style.
    fn packet(
        self,
        style: Style,
        prefix: &Prefix,
        signer: &PrivateKey,
        global_time: u64,
    ) -> Result<Unsealed, PackError> {
        let signer = Self::SIGNED.then_some(signer);
        let (id, time) = (Self::id(style), Some(global_time));
        match style {
            Style::Old => Unsealed::new(prefix, id, signer, time, &Old(self)),
            Style::New => Unsealed::new(prefix, id, signer, time, &New(self)),
        }
    }
}

/// A message in the old style, as a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old<T>(
    /// The message.
    pub T,
);

/// A message in the new style, as a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New<T>(
    /// The message.
    pub T,
);

#[diagnostic::do_not_recommend]
impl<T: Styled> Payload for Old<T> {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.0.pack(Style::Old, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        T::unpack(Style::Old, reader).map(Self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Styled> Payload for New<T> {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.0.pack(Style::New, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        T::unpack(Style::New, reader).map(Self)
    }
}

impl Style {
    /// Writes an address: `ipv4` in the old style, `ip_address` in the new style.
    pub(super) fn pack_address(
        self,
        address: &SocketAddr,
        writer: &mut Writer,
    ) -> Result<(), PackError> {
        match self {
            Self::Old => formats::Ipv4::pack(address, writer),
            Self::New => formats::IpAddress::pack(address, writer),
        }
    }

    /// Reads an address in the format of this style.
    pub(super) fn unpack_address(self, reader: &mut Reader<'_>) -> Result<SocketAddr, UnpackError> {
        match self {
            Self::Old => formats::Ipv4::unpack(reader),
            Self::New => formats::IpAddress::unpack(reader),
        }
    }
}
