//! The sender of a message, as its handler gets it.

use std::net::SocketAddr;

use crate::state::peer::Peer;
use crate::wire::{Authentication, Message, Signed, Unsigned};

/// What a handler learns about the sender of a message: for [`Signed`] messages the peer, for
/// [`Unsigned`] ones the source address, which anyone can forge.
pub trait Sender: Authentication {
    /// `&Peer` or `SocketAddr`.
    type Of<'a>;

    /// Returns the sender, if there is one of this type.
    #[doc(hidden)]
    fn sender(peer: Option<&Peer>, source: Option<SocketAddr>) -> Option<Self::Of<'_>>;

    /// Returns the address that responses go to.
    #[doc(hidden)]
    fn address(sender: &Self::Of<'_>) -> SocketAddr;
}

impl Sender for Signed {
    type Of<'a> = &'a Peer;

    fn sender(peer: Option<&Peer>, _source: Option<SocketAddr>) -> Option<&Peer> {
        peer
    }

    fn address(sender: &&Peer) -> SocketAddr {
        sender.address()
    }
}

impl Sender for Unsigned {
    type Of<'a> = SocketAddr;

    fn sender(_peer: Option<&Peer>, source: Option<SocketAddr>) -> Option<SocketAddr> {
        source
    }

    fn address(sender: &SocketAddr) -> SocketAddr {
        *sender
    }
}

/// The [`Authentication`] of a signed message `M`: only [`Signed`].
#[diagnostic::on_unimplemented(
    message = "`{M}` is an unsigned message",
    label = "this message has no signature",
    note = "write `{M}` without `signed`, or `unsigned_request {M}` for a request; or remove `unsigned` from its `#[payload(…)]`"
)]
pub trait IsSigned<M>: Authentication {
    /// [`Signed`]. The types of handlers name it, so that a wrong message is one error, and not
    /// one of its handler too.
    type Itself: Sender;
}

impl<M> IsSigned<M> for Signed {
    type Itself = Self;
}

/// The [`Authentication`] of an unsigned message `M`: only [`Unsigned`].
#[diagnostic::on_unimplemented(
    message = "`{M}` is a signed message",
    label = "this message has a signature",
    note = "write `{M}` without `unsigned`, or `request {M}` for a request; or add `unsigned` to its `#[payload(…)]`"
)]
pub trait IsUnsigned<M>: Authentication {
    /// [`Unsigned`], like [`IsSigned::Itself`].
    type Itself: Sender;
}

impl<M> IsUnsigned<M> for Unsigned {
    type Itself = Self;
}

/// The sender of `M`: a `&Peer` if it is signed, else a `SocketAddr`.
pub type SenderOf<'a, M> = <<M as Message>::Authentication as Sender>::Of<'a>;

/// The sender of a signed `M`: a `&Peer`.
pub type SignerOf<'a, M> =
    <<<M as Message>::Authentication as IsSigned<M>>::Itself as Sender>::Of<'a>;

/// The sender of an unsigned `M`: a `SocketAddr`.
pub type SourceOf<'a, M> =
    <<<M as Message>::Authentication as IsUnsigned<M>>::Itself as Sender>::Of<'a>;
