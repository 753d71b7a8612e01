//! Messages that belong together: a request, and the response that carries the same number.

use std::fmt::Debug;
use std::hash::Hash;

use super::Message;

/// A message with a number by which a response finds its request.
///
/// `#[derive(Payload)]` implements it for a message that has a field with `#[payload(identifier)]`. On the wire that field
/// is one like any other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identifier",
    label = "requests and responses carry a number that belongs them together",
    note = "write `#[payload(identifier)]` above its field of type `u16`, `u32` or `u64`"
)]
pub trait Identified: Message {
    /// The type of the number.
    type Identifier: Identifier;

    /// The number.
    fn identifier(&self) -> Self::Identifier;

    /// Changes the number.
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
///     /// Filled in when it is sent: whatever stands here is replaced.
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
/// [`Context::request`](crate::Context::request) and [`OverlayHandle::request`](crate::OverlayHandle::request) ask,
/// [`MessageTable::request`](crate::MessageTable::request) answers. To py-ipv8 both are messages like any other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no request",
    label = "it is not said what answers this message",
    note = "name the response: `#[derive(Payload)] #[payload(id = 1, response = Answer)]`"
)]
pub trait Request: Identified {
    /// What answers it: another message, with the same type of identifier.
    type Response: Identified<Identifier = Self::Identifier>;
}

/// The type of a number that belongs a request and its response together: `u16` (py-ipv8's range), `u32` or `u64`.
///
/// Numbers are drawn from the whole type; the wider it is, the harder they are to guess.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an identifier",
    label = "an identifier is a `u16`, a `u32` or a `u64`"
)]
pub trait Identifier: sealed::Sealed + Copy + Eq + Hash + Debug + Send + 'static {
    /// The greatest number of the type.
    const GREATEST: u64;

    /// The number that consists of the lowest bits of `bits`.
    fn from_bits(bits: u64) -> Self;

    /// The number.
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
