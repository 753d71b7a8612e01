//! Payloads, messages, and who vouches for a message.

use super::{PackError, Reader, UnpackError, Writer};

/// Several fields in a row: the body of a message, or a part of one (py-ipv8's `Payload`).
///
/// `#[derive(Payload)]` implements it from the fields of a struct, in the order they are written. A payload
/// is also a [`Field`](super::Field), with the format `payload`, and a list of payloads is one with the
/// format `payload-list`.
///
/// # How do I send …?
///
/// | what | write | py-ipv8 |
/// |---|---|---|
/// | a text | `String` (up to 65,535 bytes of UTF-8) | `varlenHutf8` |
/// | bytes | `Vec<u8>` (up to 65,535) | `varlenH` |
/// | more of either | `#[payload(format = "varlenIutf8")]`, `#[payload(format = "varlenI")]` | the same |
/// | bytes up to the end of the message, as they are | [`Raw`](super::Raw), as the last field | `raw` |
/// | exactly N bytes, such as a hash | `[u8; N]` | `20s`, `32s`, `64s` |
/// | a number | `u8` to `u64`, `i32`, `i64`, `f32`, `f64` | `B` to `Q`, `l`, `q`, `f`, `d` |
/// | yes or no | `bool`; eight in one byte: [`Bits`](super::Bits) | `?`, `bits` |
/// | an address | `SocketAddr`, `SocketAddrV4`; with a host name too: [`Address`](crate::wire::address::Address) | `ip_address`, `ipv4`, `address` |
/// | several things in one | a struct with `#[derive(Payload)]`, without an id | `payload` |
/// | a list of such structs | `Vec<Item>` | `payload-list` |
/// | a list of numbers or flags | `Vec<i64>`, `Vec<f64>`, `Vec<bool>` | `arrayH-q`, `arrayH-d`, `arrayH-?` |
/// | a list of byte strings | `Vec<Vec<u8>>` with `#[payload(format = "varlenH-list")]` | `varlenH-list` |
/// | a list of texts | `Vec<Line>`, where `Line` is a struct with one `String` | `payload-list` |
/// | something optional | a list with one item or none, as below; or a `bool` and the value | |
/// | one of several | a number that says which, and [`Raw`](super::Raw) or a message of its own for each | |
///
/// IPv8 has no format for an absent value or a choice, so those need a convention of yours that the other side shares.
/// The whole message must fit a datagram: see [`DEFAULT_MAX_DATAGRAM`](crate::state::outbox::DEFAULT_MAX_DATAGRAM).
///
/// ```
/// use ipv8_core::prelude::*;
///
/// #[derive(Payload)]
/// #[payload(id = 1)]
/// pub struct Post {
///     pub title: String,
///     pub lines: Vec<Line>,
///     /// None or one.
///     pub author: Vec<Line>,
///     #[payload(format = "varlenH-list")]
///     pub pictures: Vec<Vec<u8>>,
/// }
///
/// #[derive(Payload)]
/// pub struct Line {
///     pub text: String,
/// }
///
/// impl Post {
///     pub fn author(&self) -> Option<&str> {
///         self.author.first().map(|line| line.text.as_str())
///     }
/// }
/// ```
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
