//! Whole datagrams: the prefix that routes them, the key and the signature around a payload.
//!
//! ```text
//! offset 0    prefix (22): 0x00, version 0x02, community id (20)
//!        22   message id
//!        23   signed: u16 key length, key bytes
//!             with a global time: u64
//!             payload
//!             signed: signature of everything before it
//! ```
//! Source: protocol 2; py-ipv8's `EZPackOverlay`.

mod community_id;
mod open;
mod prefix;
mod seal;

pub use community_id::{CommunityId, CommunityIdError};
pub use open::{OpenError, open_signed, open_signed_with, open_unsigned};
pub(crate) use open::{read_signed, read_unsigned};
pub use prefix::{HEADER_LENGTH, Header, PREFIX_LENGTH, Prefix};
pub(crate) use seal::Pack;
pub use seal::Unsealed;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
