//! Requests and responses, which carry the same identifier.

use std::fmt::Debug;
use std::hash::Hash;

use super::Message;

/// A message with an identifier that connects a response with its request.
///
/// `#[derive(Payload)]` implements it for a message that has a field with `#[payload(identifier)]`.
/// On the wire it is an ordinary field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identifier",
    label = "requests and responses carry an identifier",
    note = "write `#[payload(identifier)]` above its field of type `u16`, `u32` or `u64`"
)]
pub trait Identified: Message {
    /// The type of the identifier.
    type Identifier: Identifier;

    /// Returns the identifier.
    fn identifier(&self) -> Self::Identifier;

    /// Sets the identifier.
    fn set_identifier(&mut self, identifier: Self::Identifier);
}

/// A message that asks for a [`Response`](Request::Response).
///
/// `#[derive(Payload)]` implements it for a message with `#[payload(id = 1, response = Answer)]`:
///
/// ```
/// use ipv8_core::prelude::*;
///
/// #[derive(Payload)]
/// #[payload(id = 1, response = Sum)]
/// struct Add {
///     /// Filled in on sending; any value here is replaced.
///     #[payload(identifier)]
///     number: u16,
///     left: u32,
///     right: u32,
/// }
///
/// #[derive(Payload)]
/// #[payload(id = 2)]
/// struct Sum {
///     #[payload(identifier)]
///     number: u16,
///     sum: u32,
/// }
/// ```
///
/// [`Context::request`](crate::Context::request) and
/// [`OverlayHandle::request`](crate::OverlayHandle::request) send requests,
/// [`MessageTable::request`](crate::MessageTable::request) answers them. To py-ipv8 both are
/// ordinary messages.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request",
    label = "this message names no response",
    note = "name the response: `#[derive(Payload)] #[payload(id = 1, response = Answer)]`"
)]
pub trait Request: Identified {
    /// The response: another message, with the same type of identifier.
    type Response: Identified<Identifier = Self::Identifier>;
}

/// The type of the identifier of a request and its response: `u16` (py-ipv8's range), `u32` or
/// `u64`.
///
/// Identifiers are drawn from the whole type; the wider it is, the harder they are to guess.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an identifier",
    label = "an identifier is a `u16`, a `u32` or a `u64`"
)]
pub trait Identifier: sealed::Sealed + Copy + Eq + Hash + Debug + Send + 'static {
    /// The greatest number of the type.
    #[doc(hidden)]
    const GREATEST: u64;

    /// Returns the number that consists of the lowest bits of `bits`.
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;

    /// Returns the number.
    #[doc(hidden)]
    fn bits(self) -> u64;
}

macro_rules! identifiers {
    ($($number:ty),+) => {$(
        impl sealed::Sealed for $number {}

        impl Identifier for $number {
            const GREATEST: u64 = <$number>::MAX as u64;

            fn from_bits(bits: u64) -> Self {
                bits as $number
            }

            fn bits(self) -> u64 {
                self.into()
            }
        }
    )+};
}

identifiers!(u16, u32, u64);

mod sealed {
    pub trait Sealed {}
}
