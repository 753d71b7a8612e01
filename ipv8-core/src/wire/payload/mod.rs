//! The messages every community understands: introductions and punctures, in both styles (protocol 4).
//!
//! Each exists twice on the wire. The old style carries IPv4 addresses only, the new style carries IPv4 and IPv6. Here
//! one struct stands for both; [`Styled`] packs it in either, and the wrappers [`Old`] and [`New`] are payloads for
//! [`open_signed`](crate::wire::packet::open_signed) and [`open_unsigned`](crate::wire::packet::open_unsigned).

pub mod ids;
mod introduction;
mod puncture;

use std::net::SocketAddr;

use crate::crypto::PrivateKey;
use crate::wire::packet::{Prefix, Unsealed};
use crate::wire::{Format, PackError, Payload, Reader, UnpackError, Writer, formats};

pub use introduction::{ConnectionType, IntroductionRequest, IntroductionResponse};
pub use puncture::{Puncture, PunctureRequest};

/// Which of the two wire layouts of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// IPv4 addresses only, ids 245 to 250.
    Old,
    /// IPv4 and IPv6 addresses, ids 231 to 234.
    New,
}

/// A message that exists in both styles. All of them carry a global time.
pub trait Styled: Sized {
    /// Whether the message is signed; the same in both styles.
    const SIGNED: bool;
    /// Message id of the old style.
    const OLD_ID: u8;
    /// Message id of the new style.
    const NEW_ID: u8;

    /// Appends the fields in the layout of `style`.
    ///
    /// # Errors
    /// [`PackError::NotIpv4`] for an IPv6 address in the old style.
    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads the fields in the layout of `style`.
    ///
    /// # Errors
    /// [`UnpackError`] when the bytes are not those fields.
    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError>;

    /// Message id of `style`.
    #[must_use]
    fn id(style: Style) -> u8 {
        match style {
            Style::Old => Self::OLD_ID,
            Style::New => Self::NEW_ID,
        }
    }

    /// The packet of this message in `style`; `signer` is used only when the message is a signed one.
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

impl<T: Styled> Payload for Old<T> {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.0.pack(Style::Old, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        T::unpack(Style::Old, reader).map(Self)
    }
}

impl<T: Styled> Payload for New<T> {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.0.pack(Style::New, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        T::unpack(Style::New, reader).map(Self)
    }
}

impl Style {
    /// Appends an address: `ipv4` in the old style, `ip_address` in the new one.
    fn pack_address(self, address: &SocketAddr, writer: &mut Writer) -> Result<(), PackError> {
        match self {
            Self::Old => formats::Ipv4::pack(address, writer),
            Self::New => formats::IpAddress::pack(address, writer),
        }
    }

    /// Reads an address in the format of this style.
    fn unpack_address(self, reader: &mut Reader<'_>) -> Result<SocketAddr, UnpackError> {
        match self {
            Self::Old => formats::Ipv4::unpack(reader),
            Self::New => formats::IpAddress::unpack(reader),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
