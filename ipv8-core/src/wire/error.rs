//! Errors of packing and unpacking.

/// How deeply payloads may be nested: the message itself is level 0, so 8 levels of nesting.
///
/// py-ipv8 has no such limit; its own messages nest one level deep. Without the limit, a datagram
/// could make the reader recurse thousands of times.
pub(crate) const MAX_DEPTH: u8 = 8;

/// A value that its wire format cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A text, byte string or list is too long for its count.
    #[error("a length of {length} exceeds the maximum of `{format}`, which is {maximum}")]
    TooLong {
        /// The name of the format (protocol 3).
        format: &'static str,
        /// The bytes or items of the value, whichever the format counts.
        length: usize,
        /// The largest number that the format can count.
        maximum: usize,
    },
    /// An IPv6 address in a field for IPv4 only, such as all addresses of old-style messages.
    #[error("an IPv6 address cannot be packed as `ipv4`")]
    NotIpv4,
    /// A host name with a NUL character, which py-ipv8 refuses too.
    #[error("a host name cannot contain a NUL character")]
    InvalidHost,
    /// Payloads are nested deeper than 8 levels.
    #[error("payloads are nested deeper than {} levels", MAX_DEPTH)]
    TooDeep,
    /// A payload refuses the value; the text is the reason.
    #[error("{0}")]
    Invalid(&'static str),
}

/// Bytes that do not match their wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// A value of fixed size, or a count, needs more bytes than remain.
    #[error("{needed} bytes needed, {available} remaining")]
    Truncated {
        /// The size of the value in bytes.
        needed: usize,
        /// The number of remaining bytes.
        available: usize,
    },
    /// The type byte of an address is unknown.
    #[error("unknown address type {0}")]
    AddressType(u8),
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// An array ends within an item.
    #[error("an array ends within an item")]
    PartialItem,
    /// Payloads are nested deeper than 8 levels.
    #[error("payloads are nested deeper than {} levels", MAX_DEPTH)]
    TooDeep,
    /// Bytes follow the last field.
    #[error("{0} bytes after the last field")]
    Leftover(usize),
    /// A payload refuses the value; the text is the reason.
    #[error("{0}")]
    Invalid(&'static str),
}
