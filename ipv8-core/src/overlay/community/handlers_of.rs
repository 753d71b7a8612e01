//! The methods of [`MessageTable`](crate::MessageTable) as [`crate::handlers!`] calls them.
//!
//! `handlers!` checks first that each type is a message. If one is not, that is the only error: the
//! methods that are called then accept anything.

use std::marker::PhantomData;
use std::ops::Deref;

use super::functions::{MessageFn, RequestFn};
use super::message_table::MessageTable;
use super::sender::{IsSigned, IsUnsigned, Sender};
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::wire::{Identified, Message, Request};

/// The kinds of handlers of the message `M`. For any other type, those of [`NotAMessage`].
#[derive(Debug)]
pub struct Handlers<M>(PhantomData<fn(M)>);

impl<M> Handlers<M> {
    /// The only value.
    pub const IN: Self = Self(PhantomData);
}

impl<M> Deref for Handlers<M> {
    type Target = NotAMessage;

    fn deref(&self) -> &NotAMessage {
        &NotAMessage
    }
}

impl<M: Message<Authentication: Sender>> Handlers<M> {
    /// Calls [`MessageTable::handle`].
    pub fn handle<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: impl MessageFn<C, M::Authentication, M>,
    ) {
        table.insert_message::<M, M::Authentication>(handler);
    }

    /// Calls [`MessageTable::signed`].
    pub fn signed<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: impl MessageFn<C, <M::Authentication as IsSigned<M>>::Itself, M>,
    ) where
        M::Authentication: IsSigned<M>,
    {
        table.insert_message::<M, _>(handler);
    }

    /// Calls [`MessageTable::unsigned`].
    pub fn unsigned<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: impl MessageFn<C, <M::Authentication as IsUnsigned<M>>::Itself, M>,
    ) where
        M::Authentication: IsUnsigned<M>,
    {
        table.insert_message::<M, _>(handler);
    }

    /// Calls [`MessageTable::take_over`].
    pub fn take_over<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: fn(&mut C, &Peer, M, &mut Context<'_>) -> Result<(), DropReason>,
    ) where
        M::Authentication: IsSigned<M>,
    {
        table.take_over::<M>(handler);
    }

    /// Calls [`MessageTable::request`].
    pub fn request<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: impl RequestFn<C, <M::Authentication as IsSigned<M>>::Itself, M, M::Response>,
    ) where
        M: Request<Authentication: IsSigned<M>>,
    {
        table.request::<M>(handler);
    }

    /// Calls [`MessageTable::unsigned_request`].
    pub fn unsigned_request<C: 'static>(
        &self,
        table: &mut MessageTable<C>,
        handler: impl RequestFn<C, <M::Authentication as IsUnsigned<M>>::Itself, M, M::Response>,
    ) where
        M: Request<Authentication: IsUnsigned<M>>,
    {
        table.unsigned_request::<M>(handler);
    }

    /// Calls [`MessageTable::response`].
    pub fn response<C: 'static>(&self, table: &mut MessageTable<C>)
    where
        M: Identified,
    {
        table.response::<M>();
    }
}

/// Takes the place of [`Handlers`] when a type is not a message.
#[derive(Debug)]
pub struct NotAMessage;

macro_rules! accept_anything {
    ($($kind:ident)*) => {
        impl NotAMessage {
            $(
                /// Does nothing: the error about the type was reported.
                pub fn $kind<T, H>(&self, _table: &mut T, _handler: H) {}
            )*

            /// Does nothing: the error about the type was reported.
            pub fn response<T>(&self, _table: &mut T) {}
        }
    };
}

accept_anything!(handle signed unsigned take_over request unsigned_request);
