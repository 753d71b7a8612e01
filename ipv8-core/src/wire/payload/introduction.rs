//! Introduction requests and responses.

use std::net::SocketAddr;

use super::ids;
use super::style::{Style, Styled};
use crate::wire::address::UNSPECIFIED;
use crate::wire::{Bits, Field, PackError, Raw, Reader, UnpackError, Writer};

/// In requests: the sender understands the new style.
const REQUEST_NEW_STYLE: u8 = 0x20;
/// In requests: the sender wants to be introduced to a peer.
const REQUEST_ADVICE: u8 = 0x01;
/// In old responses: the sender understands the new style.
const RESPONSE_NEW_STYLE: u8 = 0x10;
/// In old responses: the introduced peer understands the new style.
const RESPONSE_INTRO_NEW_STYLE: u8 = 0x08;
/// In old responses: the sender has as many peers as it wants.
const RESPONSE_PEER_LIMIT: u8 = 0x04;
/// In new responses: the introduced peer understands the new style.
const NEW_RESPONSE_INTRO_NEW_STYLE: u8 = 0x80;

/// A request for an introduction to another peer, ids 246 (old) and 234 (new); signed, with a
/// global time (protocol 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntroductionRequest {
    /// The receiver's address as the sender sees it.
    pub destination: SocketAddr,
    /// The sender's LAN address, by its own estimate.
    pub source_lan: SocketAddr,
    /// The sender's address as seen from outside, by its own estimate.
    pub source_wan: SocketAddr,
    /// `true` if the sender understands the new style. Always `true` in a message of the new style,
    /// which proves it and does not carry the flag.
    pub supports_new_style: bool,
    /// The flag byte without the flag that has a field here: in the old style, 0x20 is neither read
    /// into it nor sent from it. The new style has all eight in it. py-ipv8 sends 0x01 (advice) in
    /// the old style and 0 in the new one.
    pub flags: Bits,
    /// Returned in the response, the puncture request and the puncture. Not unique.
    pub identifier: u16,
    /// Bytes that a community attaches, up to the end of the message. Empty by default.
    pub extra: Vec<u8>,
}

impl IntroductionRequest {
    /// Returns the request that py-ipv8 sends in `style`: connection type unknown, advice wanted (a
    /// flag of the old style only), `supports_new_style` unset in the old style, nothing extra.
    #[must_use]
    pub fn new(
        style: Style,
        destination: SocketAddr,
        source_lan: SocketAddr,
        source_wan: SocketAddr,
        identifier: u16,
    ) -> Self {
        let (supports_new_style, flags) = match style {
            Style::Old => (false, REQUEST_ADVICE),
            Style::New => (true, 0),
        };
        Self {
            destination,
            source_lan,
            source_wan,
            supports_new_style,
            flags: Bits::from_byte(flags),
            identifier,
            extra: Vec::new(),
        }
    }

    /// Returns `true` if the sender asks for an introduction: flag 0x01 as sent.
    ///
    /// Quirk: py-ipv8's decoder of the old style reads the opposite (protocol 4.1). No
    /// implementation acts on it.
    #[must_use]
    pub fn advice(&self) -> bool {
        self.flags.to_byte() & REQUEST_ADVICE != 0
    }

    /// Returns the sender's statement about its NAT. py-ipv8 only ever sends "unknown".
    #[must_use]
    pub const fn connection_type(&self) -> ConnectionType {
        ConnectionType::of_flags(self.flags)
    }
}

impl Styled for IntroductionRequest {
    const SIGNED: bool = true;
    const OLD_ID: u8 = ids::INTRODUCTION_REQUEST;
    const NEW_ID: u8 = ids::NEW_INTRODUCTION_REQUEST;

    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError> {
        for address in [&self.destination, &self.source_lan, &self.source_wan] {
            style.pack_address(address, writer)?;
        }
        let mut flags = self.flags.to_byte();
        if style == Style::Old {
            set(&mut flags, REQUEST_NEW_STYLE, self.supports_new_style);
        }
        pack_tail(style, flags, self.identifier, &self.extra, writer)
    }

    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let destination = style.unpack_address(reader)?;
        let source_lan = style.unpack_address(reader)?;
        let source_wan = style.unpack_address(reader)?;
        let (mut flags, identifier, extra) = unpack_tail(style, reader)?;
        let supports_new_style = match style {
            Style::Old => take(&mut flags, REQUEST_NEW_STYLE),
            Style::New => true,
        };
        Ok(Self {
            destination,
            source_lan,
            source_wan,
            supports_new_style,
            flags: Bits::from_byte(flags),
            identifier,
            extra,
        })
    }
}

/// The answer to an [`IntroductionRequest`], ids 245 (old) and 233 (new); signed, with a global
/// time (protocol 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntroductionResponse {
    /// The receiver's address as the sender sees it.
    pub destination: SocketAddr,
    /// The sender's LAN address, by its own estimate.
    pub source_lan: SocketAddr,
    /// The sender's address as seen from outside, by its own estimate.
    pub source_wan: SocketAddr,
    /// The LAN address of the introduced peer, `0.0.0.0:0` for none.
    pub lan_introduction: SocketAddr,
    /// The address of the introduced peer as seen from outside, `0.0.0.0:0` for none.
    pub wan_introduction: SocketAddr,
    /// `true` if the sender understands the new style. Always `true` in a message of the new style,
    /// which proves it and does not carry the flag.
    pub supports_new_style: bool,
    /// `true` if the introduced peer understands the new style.
    pub intro_supports_new_style: bool,
    /// `true` if the sender has as many peers as it wants. The new style does not carry this flag:
    /// it is `false` when read.
    pub peer_limit_reached: bool,
    /// The flag byte without the flags that have a field here (0x10, 0x08 and 0x04 in the old
    /// style, 0x80 in the new one): those are neither read into it nor sent from it. py-ipv8 sends
    /// 0.
    pub flags: Bits,
    /// The identifier of the request.
    pub identifier: u16,
    /// Bytes that a community attaches, up to the end of the message. Empty by default.
    pub extra: Vec<u8>,
}

impl IntroductionResponse {
    /// Returns a response without introduction: new style understood, no other flag, nothing extra.
    #[must_use]
    pub fn new(
        destination: SocketAddr,
        source_lan: SocketAddr,
        source_wan: SocketAddr,
        identifier: u16,
    ) -> Self {
        Self {
            destination,
            source_lan,
            source_wan,
            lan_introduction: UNSPECIFIED,
            wan_introduction: UNSPECIFIED,
            supports_new_style: true,
            intro_supports_new_style: false,
            peer_limit_reached: false,
            flags: Bits::default(),
            identifier,
            extra: Vec::new(),
        }
    }

    /// Returns the sender's statement about its NAT, which has a meaning in the old style. py-ipv8
    /// only ever sends "unknown".
    #[must_use]
    pub const fn connection_type(&self) -> ConnectionType {
        ConnectionType::of_flags(self.flags)
    }

    /// Returns the identifier of a packed response without reading anything else. `body` is
    /// everything after the message id: a key, a global time and the fields. `None` if it is too
    /// short.
    pub(crate) fn peek_identifier(style: Style, body: &[u8]) -> Option<u16> {
        let mut reader = Reader::new(body);
        let key = reader.take_u16().ok()?;
        reader.take(usize::from(key) + size_of::<u64>()).ok()?;
        for _ in 0..5 {
            style.unpack_address(&mut reader).ok()?;
        }
        if style == Style::Old {
            reader.take_u8().ok()?;
        }
        reader.take_u16().ok()
    }

    fn flag_byte(&self, style: Style) -> u8 {
        let mut flags = self.flags.to_byte();
        match style {
            Style::Old => {
                set(&mut flags, RESPONSE_NEW_STYLE, self.supports_new_style);
                set(
                    &mut flags,
                    RESPONSE_INTRO_NEW_STYLE,
                    self.intro_supports_new_style,
                );
                set(&mut flags, RESPONSE_PEER_LIMIT, self.peer_limit_reached);
            }
            Style::New => set(
                &mut flags,
                NEW_RESPONSE_INTRO_NEW_STYLE,
                self.intro_supports_new_style,
            ),
        }
        flags
    }
}

impl Styled for IntroductionResponse {
    const SIGNED: bool = true;
    const OLD_ID: u8 = ids::INTRODUCTION_RESPONSE;
    const NEW_ID: u8 = ids::NEW_INTRODUCTION_RESPONSE;

    fn pack(&self, style: Style, writer: &mut Writer) -> Result<(), PackError> {
        let source = [&self.destination, &self.source_lan, &self.source_wan];
        let introduction = [&self.lan_introduction, &self.wan_introduction];
        for address in source.into_iter().chain(introduction) {
            style.pack_address(address, writer)?;
        }
        let flags = self.flag_byte(style);
        pack_tail(style, flags, self.identifier, &self.extra, writer)
    }

    fn unpack(style: Style, reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let destination = style.unpack_address(reader)?;
        let source_lan = style.unpack_address(reader)?;
        let source_wan = style.unpack_address(reader)?;
        let lan_introduction = style.unpack_address(reader)?;
        let wan_introduction = style.unpack_address(reader)?;
        let (mut flags, identifier, extra) = unpack_tail(style, reader)?;
        let (supports_new_style, intro_supports_new_style, peer_limit_reached) = match style {
            Style::Old => (
                take(&mut flags, RESPONSE_NEW_STYLE),
                take(&mut flags, RESPONSE_INTRO_NEW_STYLE),
                take(&mut flags, RESPONSE_PEER_LIMIT),
            ),
            Style::New => (true, take(&mut flags, NEW_RESPONSE_INTRO_NEW_STYLE), false),
        };
        Ok(Self {
            destination,
            source_lan,
            source_wan,
            lan_introduction,
            wan_introduction,
            supports_new_style,
            intro_supports_new_style,
            peer_limit_reached,
            flags: Bits::from_byte(flags),
            identifier,
            extra,
        })
    }
}

/// A peer's statement about its NAT: the two highest flags of requests and of old responses
/// (protocol 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionType {
    /// 00: nothing is known. All implementations send it.
    Unknown,
    /// 10: reachable by every peer.
    Public,
    /// 11: behind a NAT that maps each destination to another port.
    SymmetricNat,
    /// 01: no meaning.
    NotAvailable,
}

impl ConnectionType {
    pub(crate) const fn of_flags(flags: Bits) -> Self {
        match (flags.0[0], flags.0[1]) {
            (false, false) => Self::Unknown,
            (true, false) => Self::Public,
            (true, true) => Self::SymmetricNat,
            (false, true) => Self::NotAvailable,
        }
    }
}

/// Writes flags, identifier and extra bytes: the old style has the flags first, the new one the
/// identifier.
fn pack_tail(
    style: Style,
    flags: u8,
    identifier: u16,
    extra: &[u8],
    writer: &mut Writer,
) -> Result<(), PackError> {
    match style {
        Style::Old => {
            flags.pack(writer)?;
            identifier.pack(writer)?;
        }
        Style::New => {
            identifier.pack(writer)?;
            flags.pack(writer)?;
        }
    }
    writer.put(extra);
    Ok(())
}

fn unpack_tail(style: Style, reader: &mut Reader<'_>) -> Result<(u8, u16, Vec<u8>), UnpackError> {
    let (flags, identifier) = match style {
        Style::Old => (u8::unpack(reader)?, u16::unpack(reader)?),
        Style::New => {
            let identifier = u16::unpack(reader)?;
            (u8::unpack(reader)?, identifier)
        }
    };
    Ok((flags, identifier, Raw::unpack(reader)?.0))
}

/// Sets or clears one flag.
const fn set(flags: &mut u8, mask: u8, value: bool) {
    *flags = if value { *flags | mask } else { *flags & !mask };
}

/// Reads one flag and clears it.
const fn take(flags: &mut u8, mask: u8) -> bool {
    let value = *flags & mask != 0;
    *flags &= !mask;
    value
}
