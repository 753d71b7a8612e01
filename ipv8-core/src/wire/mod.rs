//! Serialisation: Rust values to bytes (protocol 3) and back.
//!
//! Derive [`Payload`] for the structs that you send: its documentation has a table of the Rust
//! types for everything that a message can hold. The rest of this module is for payloads that are
//! written by hand.
//!
//! A [`Field`] is a Rust type with a default format: `u16` is `H`, `String` is `varlenHutf8`. A
//! [`Format`] is one of the 42 named formats, applied to a type that it can carry; its
//! documentation lists them. A [`Payload`] is a sequence of fields, a [`Message`] is a payload with
//! an id.
//!
//! Reading never panics and never allocates more than a small multiple of the remaining bytes, even
//! if a count announces more. Nothing here knows an overlay, a socket or a clock. Start with
//! `message`, then `field` and `formats`; `packet` builds whole datagrams.

pub(crate) mod address;
mod error;
mod field;
// Generated code names the markers; users write the formats' names.
#[doc(hidden)]
pub mod formats;
pub(crate) mod host_group;
mod list;
mod message;
pub(crate) mod packet;
pub(crate) mod payload;
mod reader;
mod request;
pub(crate) mod scope;
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
