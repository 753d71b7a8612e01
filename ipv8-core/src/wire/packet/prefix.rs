//! The first bytes of a packet.

/// The length of the prefix in bytes.
pub const PREFIX_LENGTH: usize = 22;

/// The length of the prefix and the message id in bytes. No shorter datagram is a packet.
pub const HEADER_LENGTH: usize = PREFIX_LENGTH + 1;

/// The prefix that routes a packet: 0x00, 0x02, the community id.
pub type Prefix = [u8; PREFIX_LENGTH];

/// The header of a datagram, read without decoding the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The first 22 bytes.
    pub prefix: &'a Prefix,
    /// Byte 22, the message id.
    pub id: u8,
    /// All bytes after the message id, including keys and signature; may be empty.
    pub body: &'a [u8],
}

impl<'a> Header<'a> {
    /// Splits a datagram; `None` if it has no message id, that is, fewer than 23 bytes.
    #[must_use]
    pub fn split(datagram: &'a [u8]) -> Option<Self> {
        let (prefix, rest) = datagram.split_first_chunk()?;
        let (id, body) = rest.split_first()?;
        Some(Self {
            prefix,
            id: *id,
            body,
        })
    }
}
