//! The id of a community.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::prefix::{PREFIX_LENGTH, Prefix};
use crate::support::const_text::ConstText;

/// The length of an id as text.
const DIGITS: usize = 40;

/// The 20 bytes that identify a community. Every packet of the community starts with them, after
/// two bytes of version (py-ipv8's `community_id`).
///
/// `Display` prints 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommunityId([u8; 20]);

impl CommunityId {
    /// Makes an id from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Makes an id from exactly 40 hexadecimal digits of either case. For constants, where a
    /// mistake is a compile error; use [`parse`](Self::parse) for text from outside.
    ///
    /// ```
    /// # use ipv8_core::wire::CommunityId;
    /// const ID: CommunityId = CommunityId::from_hex("4e7f82617420f8187562a157a515faccdbc4fe44");
    /// assert_eq!(ID.prefix()[..3], [0x00, 0x02, 0x4e]);
    /// ```
    ///
    /// # Panics
    /// If `text` is anything else.
    #[must_use]
    #[track_caller]
    pub const fn from_hex(text: &str) -> Self {
        match decode(text.as_bytes()) {
            Some(bytes) => Self(bytes),
            None => refuse(text.as_bytes()),
        }
    }

    /// Parses exactly 40 hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`CommunityIdError`] for any other text.
    pub const fn parse(text: &str) -> Result<Self, CommunityIdError> {
        match decode(text.as_bytes()) {
            Some(bytes) => Ok(Self(bytes)),
            None => Err(CommunityIdError),
        }
    }

    /// Returns the 20 bytes in wire order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Returns the id in this prefix; `None` if the prefix has another protocol version.
    pub(crate) fn from_prefix(prefix: &Prefix) -> Option<Self> {
        let (_, id) = prefix.split_last_chunk()?;
        let id = Self(*id);
        (id.prefix() == *prefix).then_some(id)
    }

    /// Returns the prefix of this community's packets: 0x00, version 0x02, the id (protocol 2.1).
    #[must_use]
    pub const fn prefix(&self) -> Prefix {
        let mut prefix = [0; PREFIX_LENGTH];
        prefix[1] = 0x02;
        let mut index = 0;
        while index < self.0.len() {
            prefix[index + 2] = self.0[index];
            index += 1;
        }
        prefix
    }
}

/// The error for a text that is not a community id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a community id: expected exactly 40 hexadecimal digits")]
pub struct CommunityIdError;

/// Without iterators, because constants use it.
const fn decode(text: &[u8]) -> Option<[u8; 20]> {
    if text.len() != DIGITS {
        return None;
    }
    let mut bytes = [0; 20];
    let mut index = 0;
    while index < bytes.len() {
        match (digit(text[2 * index]), digit(text[2 * index + 1])) {
            (Some(high), Some(low)) => bytes[index] = high << 4 | low,
            _ => return None,
        }
        index += 1;
    }
    Some(bytes)
}

/// Panics with the mistake in `text`, which is not a community id.
#[track_caller]
const fn refuse(text: &[u8]) -> ! {
    if text.len() != DIGITS {
        ConstText::new()
            .text("a community id has 40 hexadecimal digits, but this text has ")
            .number(text.len())
            .text(": write the 40 digits, or `CommunityId::from_bytes(*b\"…\")` with 20 letters")
            .panic();
    }
    let mut index = 0;
    while index < text.len() && digit(text[index]).is_some() {
        index += 1;
    }
    ConstText::new()
        .text(
            "a community id has only the digits 0 to 9 and the letters a to f: replace character ",
        )
        .number(index + 1)
        .panic()
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}

impl Hash for CommunityId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Hashed as numbers and without the length, which is always the same: a fast hasher then
        // needs no call.
        let [head @ .., a, b, c, d] = self.0;
        state.write_u128(u128::from_ne_bytes(head));
        state.write_u32(u32::from_ne_bytes([a, b, c, d]));
    }
}

impl fmt::Display for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommunityId({self})")
    }
}

impl FromStr for CommunityId {
    type Err = CommunityIdError;

    fn from_str(text: &str) -> Result<Self, CommunityIdError> {
        Self::parse(text)
    }
}

impl From<[u8; 20]> for CommunityId {
    fn from(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}
