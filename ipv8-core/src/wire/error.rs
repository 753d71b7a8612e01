//! Why a value could not be packed, or bytes not be unpacked.

/// A value that its wire format cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A text, byte string or list is longer than its count can say.
    #[error("{length} is more than the {maximum} that `{format}` can count")]
    TooLong {
        /// Name of the format (protocol 3).
        format: &'static str,
        /// Bytes or items of the value, whichever the format counts.
        length: usize,
        /// The largest number the format can count.
        maximum: usize,
    },
    /// An IPv6 address in a field that carries IPv4 only, as all addresses of old-style messages do.
    #[error("an IPv6 address cannot be packed as `ipv4`")]
    NotIpv4,
    /// A host name with a NUL character, which py-ipv8 refuses as well.
    #[error("a host name cannot hold a NUL character")]
    InvalidHost,
    /// Payloads are nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("payloads are nested deeper than {} levels", super::MAX_DEPTH)]
    TooDeep,
    /// A value that a payload written by hand refuses; the text says why.
    #[error("{0}")]
    Invalid(&'static str),
}

/// Bytes that are not what their wire format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// A value of fixed size, or a count, needs more bytes than are left.
    #[error("{needed} bytes needed, {available} left")]
    Truncated {
        /// Bytes the value takes.
        needed: usize,
        /// Bytes that were left.
        available: usize,
    },
    /// The type byte of an address is none the format knows.
    #[error("unknown address type {0}")]
    AddressType(u8),
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// An array ends within an item.
    #[error("an array ends within an item")]
    PartialItem,
    /// Payloads are nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("payloads are nested deeper than {} levels", super::MAX_DEPTH)]
    TooDeep,
    /// Bytes follow the last field.
    #[error("{0} bytes after the last field")]
    Leftover(usize),
    /// A value that a payload written by hand refuses; the text says why.
    #[error("{0}")]
    Invalid(&'static str),
}

impl UnpackError {
    /// A short fixed name of the kind of error, for counters and logs.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::AddressType(_) => "address-type",
            Self::Utf8 => "utf8",
            Self::PartialItem => "partial-item",
            Self::TooDeep => "too-deep",
            Self::Leftover(_) => "leftover",
            Self::Invalid(_) => "invalid",
        }
    }
}
