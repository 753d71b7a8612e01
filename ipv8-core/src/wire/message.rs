//! Payloads, messages, and who vouches for a message.

use super::{PackError, Reader, UnpackError, Writer};

/// Several fields in a row: the body of a message, or a part of one (py-ipv8's `Payload`).
///
/// `#[derive(Payload)]` implements it from the fields of a struct, in the order they are written. A payload
/// is also a [`Field`](super::Field), with the format `payload`, and a list of payloads is one with the
/// format `payload-list`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no payload",
    label = "does not implement `Payload`",
    note = "write `#[derive(Payload)]` on the struct"
)]
pub trait Payload: Sized {
    /// Appends the fields.
    ///
    /// # Errors
    /// [`PackError`] when a field holds a value that its format cannot carry.
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads the fields. What follows them is left to the caller, as is the check that nothing does.
    ///
    /// # Errors
    /// [`UnpackError`] when the bytes are not those fields. Must not panic on any input.
    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError>;
}

/// A payload that is a whole message of a community: it has an id, and a fixed way to be sent.
///
/// `#[derive(Payload)]` with `#[payload(id = 1)]` implements it. The defaults there are those of py-ipv8's
/// `ez_send`: signed, no global time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message",
    label = "does not implement `Message`",
    note = "give the payload an id: `#[derive(Payload)] #[payload(id = 1)]`"
)]
pub trait Message: Payload + Send + 'static {
    /// The message id, byte 22 of a packet: 0 to 230. 231 to 255 belong to every community
    /// (protocol 4) and are refused when the community is made.
    const ID: u8;
    /// Name of the type, for logs and errors.
    const NAME: &'static str;
    /// Whether a 64-bit global time stands before the payload.
    const GLOBAL_TIME: bool;
    /// [`Signed`] or [`Unsigned`].
    type Authentication: Authentication;
}

/// How a message proves its sender: [`Signed`] or [`Unsigned`], nothing else.
pub trait Authentication: sealed::Sealed + Send + 'static {
    /// Whether the public key stands before the message and a signature behind it.
    const SIGNED: bool;
}

/// The packet carries the sender's public key and ends in a signature of all bytes before it.
#[derive(Debug)]
pub enum Signed {}

/// The packet says nothing about who sent it; only the source address is known.
#[derive(Debug)]
pub enum Unsigned {}

impl Authentication for Signed {
    const SIGNED: bool = true;
}

impl Authentication for Unsigned {
    const SIGNED: bool = false;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Signed {}
    impl Sealed for super::Unsigned {}
}
