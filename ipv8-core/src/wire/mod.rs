//! Serialisation: Rust values to bytes (protocol 3) and back.
//!
//! A [`Field`] is a Rust type with a format of its own: `u16` is `H`, `String` is `varlenHutf8`. A
//! [`Format`] is one of the 42 named formats, applied to a type that it can carry; [`formats`] lists them. A
//! [`Payload`] is several fields in a row, a [`Message`] a payload with an id.
//!
//! Reading never panics and never allocates more than a small multiple of the bytes that are left, whatever a
//! count announces.

pub(crate) mod address;
mod error;
mod field;
pub mod formats;
mod list;
mod message;
pub(crate) mod packet;
pub(crate) mod payload;
mod reader;
mod request;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod writer;

pub use address::Address;
pub use packet::{CommunityId, CommunityIdError};
pub use payload::{ConnectionType, IntroductionRequest, IntroductionResponse, Style};

pub use error::{PackError, UnpackError};
pub use field::{Bits, Field, Raw};
pub use formats::Format;
pub use list::ListItem;
pub use message::{Authentication, Message, Payload, Signed, Unsigned};
pub use reader::Reader;
pub use request::{Identified, Identifier, Request};
pub use writer::Writer;

/// How deep payloads may lie within payloads: the message itself is level 0, so 8 levels of nesting.
///
/// py-ipv8 has no such limit; its own messages nest one level deep. Without one a datagram could make the reader
/// recurse thousands of times.
pub const MAX_DEPTH: u8 = 8;
