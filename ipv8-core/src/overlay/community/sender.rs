//! The sender of a message, as its handler gets it.

use std::net::SocketAddr;

use crate::overlay::context::Context;
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
}

impl Sender for Signed {
    type Of<'a> = &'a Peer;

    fn sender(peer: Option<&Peer>, _source: Option<SocketAddr>) -> Option<&Peer> {
        peer
    }
}

impl Sender for Unsigned {
    type Of<'a> = SocketAddr;

    fn sender(_peer: Option<&Peer>, source: Option<SocketAddr>) -> Option<SocketAddr> {
        source
    }
}

/// A handler of `M` in the community `C`.
pub type HandlerOf<C, M> =
    fn(&mut C, <<M as Message>::Authentication as Sender>::Of<'_>, M, &mut Context<'_>);
