//! Puncture requests and punctures, by which two peers behind NATs reach each other (protocol 4.6).

use std::net::SocketAddr;

use super::ids;
use super::style::{Style, Styled};
use crate::wire::{Field, PackError, Reader, UnpackError, Writer};

/// A request to send a puncture to a walker, ids 250 (old) and 232 (new); unsigned, with a global
/// time (protocol 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PunctureRequest {
    /// The address to send to if the walker is behind the same NAT. Quirk: py-ipv8 sends the
    /// introducer's own address as the walker sees it, not the walker's LAN address (protocol 4.4).
    pub lan_walker: SocketAddr,
    /// The address to send to otherwise: the walker's address as the introducer sees it.
    pub wan_walker: SocketAddr,
    /// The identifier of the introduction request that caused it.
    pub identifier: u16,
}

/// A packet that opens the sender's NAT for the receiver, ids 249 (old) and 231 (new); signed, with
/// a global time (protocol 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Puncture {
    /// The sender's LAN address, by its own estimate.
    pub source_lan: SocketAddr,
    /// Quirk: py-ipv8 sends the walker's address here, not the sender's (protocol 4.6).
    pub source_wan: SocketAddr,
    /// The identifier of the puncture request.
    pub identifier: u16,
}

impl Styled for PunctureRequest {
    const SIGNED: bool = false;
    const OLD_ID: u8 = ids::PUNCTURE_REQUEST;
    const NEW_ID: u8 = ids::NEW_PUNCTURE_REQUEST;

    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError> {
        pack(
            style,
            &self.lan_walker,
            &self.wan_walker,
            self.identifier,
            writer,
        )
    }

    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self {
            lan_walker: style.unpack_address(reader)?,
            wan_walker: style.unpack_address(reader)?,
            identifier: u16::unpack(reader)?,
        })
    }
}

impl Styled for Puncture {
    const SIGNED: bool = true;
    const OLD_ID: u8 = ids::PUNCTURE;
    const NEW_ID: u8 = ids::NEW_PUNCTURE;

    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError> {
        pack(
            style,
            &self.source_lan,
            &self.source_wan,
            self.identifier,
            writer,
        )
    }

    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self {
            source_lan: style.unpack_address(reader)?,
            source_wan: style.unpack_address(reader)?,
            identifier: u16::unpack(reader)?,
        })
    }
}

/// Both messages have the same layout.
fn pack(
    style: Style,
    lan: &SocketAddr,
    wan: &SocketAddr,
    identifier: u16,
    writer: &mut Writer,
) -> Result<(), PackError> {
    style.pack_address(lan, writer)?;
    style.pack_address(wan, writer)?;
    identifier.pack(writer)
}
