//! Payloads and messages, and whether a message is signed.

use super::{PackError, Reader, UnpackError, Writer};

/// A sequence of fields: the body of a message, or a part of one (py-ipv8's `Payload`).
///
/// `#[derive(Payload)]` implements it from the fields of a struct, in the order in which they are
/// written. A payload is also a [`Field`](super::Field), with the format `payload`; a list of
/// payloads is a field with the format `payload-list`.
///
/// # How do I send …?
///
/// | what | write | py-ipv8 |
/// |---|---|---|
/// | a text | `String` (up to 65,535 bytes of UTF-8) | `varlenHutf8` |
/// | bytes | `Vec<u8>` (up to 65,535) | `varlenH` |
/// | more of either | `#[payload(format = "varlenIutf8")]`, `#[payload(format = "varlenI")]` | the same |
/// | all bytes up to the end of the message | [`Raw`](super::Raw), as the last field | `raw` |
/// | exactly N bytes, such as a hash | `[u8; N]` | `20s`, `32s`, `64s` |
/// | a number | `u8` to `u64`, `i32`, `i64`, `f32`, `f64` | `B` to `Q`, `l`, `q`, `f`, `d` |
/// | yes or no | `bool`; eight in one byte: [`Bits`](super::Bits) | `?`, `bits` |
/// | an address | `SocketAddr`, `SocketAddrV4`; with a host name too: [`Address`](crate::wire::address::Address) | `ip_address`, `ipv4`, `address` |
/// | a group of fields | a struct with `#[derive(Payload)]`, without an id | `payload` |
/// | a list of such structs | `Vec<Item>` | `payload-list` |
/// | a list of numbers or flags | `Vec<i64>`, `Vec<f64>`, `Vec<bool>` | `arrayH-q`, `arrayH-d`, `arrayH-?` |
/// | a list of byte strings | `Vec<Vec<u8>>` with `#[payload(format = "varlenH-list")]` | `varlenH-list` |
/// | a list of texts | `Vec<Line>`, where `Line` is a struct with one `String` | `payload-list` |
/// | an optional value at the end | `Option<T>` with `#[payload(optional)]`: absent if the message ends before it | a shorter message |
/// | an optional value elsewhere | a list with one item or none, as below; or a `bool` and the value | |
/// | the fields of another payload, without its size | `#[payload(flatten)]` | |
/// | a type of another crate | `#[payload(with = module)]`, or a [`Format`](super::Format) of yours: `#[payload(format = Seconds)]` | |
/// | one of several alternatives | a number that selects one, and [`Raw`](super::Raw); or a separate message for each | |
///
/// IPv8 has no format for an absent value or a choice, so those need a convention that both sides
/// share. The whole message must fit into a datagram of the node's `max_datagram`, by default 1,452
/// bytes.
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
    message = "`{Self}` is not a payload",
    label = "does not implement `Payload`",
    note = "write `#[derive(Payload)]` on the struct"
)]
pub trait Payload: Sized {
    /// `true` if reading takes everything up to the end, so that nothing can follow the payload's
    /// fields where another payload flattens them. Default: `false`.
    const TAKES_REST: bool = false;

    /// Writes the fields.
    ///
    /// # Errors
    /// [`PackError`] if a field has a value that its format cannot carry.
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads the fields. Bytes after them are left to the caller, who also checks that there are
    /// none.
    ///
    /// # Errors
    /// [`UnpackError`] if the bytes are not these fields. An implementation must not panic on any
    /// input.
    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError>;
}

/// A payload on the heap has the same bytes, so that payloads can contain themselves.
#[diagnostic::do_not_recommend]
impl<P: Payload> Payload for Box<P> {
    const TAKES_REST: bool = P::TAKES_REST;

    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        P::pack(self, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        P::unpack(reader).map(Self::new)
    }
}

/// A whole message of a community: a payload with an id and a fixed way to send it.
///
/// `#[derive(Payload)]` with `#[payload(id = 1)]` implements it. The defaults are those of
/// py-ipv8's `ez_send`: signed, no global time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "does not implement `Message`",
    note = "give the payload an id: `#[derive(Payload)] #[payload(id = 1)]`"
)]
pub trait Message: Payload + Send + 'static {
    /// The message id, byte 22 of a packet: 0 to 230. The ids 231 to 255 belong to every community
    /// (protocol 4) and are refused when the community is created.
    const ID: u8;
    /// The name of the type, for logs and errors.
    const NAME: &'static str;
    /// `true` if a 64-bit global time precedes the payload.
    const GLOBAL_TIME: bool;
    /// `true` if the message has an id from 231 to 255 on purpose: `#[payload(id = 251,
    /// reserved_id)]`. IPv8's own message of that id, if there is one, does not reach IPv8 then.
    /// Default: `false`.
    const RESERVED_ID: bool = false;
    /// [`Signed`] or [`Unsigned`].
    type Authentication: Authentication;
}

/// The way a message proves its sender: [`Signed`] or [`Unsigned`].
pub trait Authentication: sealed::Sealed + Send + 'static {
    /// `true` if the public key precedes the message and a signature follows it.
    const SIGNED: bool;
}

/// The packet contains the sender's public key and ends with a signature of all bytes before it.
#[derive(Debug)]
pub enum Signed {}

/// The packet does not name its sender; only the source address is known.
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
