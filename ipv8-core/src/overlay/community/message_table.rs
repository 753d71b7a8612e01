//! The table from message ids to handlers, typed at the edges and erased in between.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::net::SocketAddr;

use super::opened::{Delivery, OpenMessage, open_message};
use super::table_error::MessageTableError;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::support::hashing::OwnState;
use crate::wire::payload::ids;
use crate::wire::{Authentication, Message, Signed, Unsigned};

pub(super) type Handler<C> = Box<
    dyn Fn(&mut C, Delivery<'_>, Box<dyn Any + Send>, &mut Context<'_>) -> Result<(), DropReason>
        + Send
        + Sync,
>;

struct Entry<C> {
    name: &'static str,
    signed: bool,
    open: OpenMessage,
    handle: Handler<C>,
}

/// The handlers of a community's own messages, by message id.
///
/// [`Community::messages`](super::Community::messages) fills it. Errors are collected, and the node
/// then refuses to add the overlay.
pub struct MessageTable<C> {
    entries: HashMap<u8, Entry<C>, OwnState>,
    /// The type of each accepted response, by message id.
    pub(super) responses: HashMap<u8, TypeId>,
    errors: Vec<MessageTableError>,
}

impl<C> Default for MessageTable<C> {
    fn default() -> Self {
        Self {
            entries: HashMap::default(),
            responses: HashMap::new(),
            errors: Vec::new(),
        }
    }
}

impl<C: 'static> MessageTable<C> {
    /// Registers a handler that gets every `M` with a valid signature, and the peer that signed it.
    pub fn signed<M: Message<Authentication = Signed>>(
        &mut self,
        handler: fn(&mut C, &Peer, M, &mut Context<'_>),
    ) -> &mut Self {
        let handle: Handler<C> = Box::new(move |community, from, message, cx| {
            if let (Delivery::Signed(peer), Ok(message)) = (from, message.downcast::<M>()) {
                handler(community, peer, *message, cx);
            }
            Ok(())
        });
        self.insert_own::<M>(open_message::<M>, handle)
    }

    /// Registers a handler that gets every `M` with a valid signature *in place of* IPv8's own
    /// handler. `M` has the id of an introduction request or response or of a puncture (246, 245,
    /// 249, 234, 233 or 231) and its own layout.
    ///
    /// IPv8 does nothing before the handler runs. The handler's peer is new, with the key that
    /// signed the message and the source address, even if that peer is known
    /// ([`Context::network`] has the known one), and no introduction callback of
    /// [`Community`](super::Community) follows. The handler can call the steps that IPv8 would have
    /// taken: [`Context::admit_request`], [`Context::admit_response`],
    /// [`Context::send_introduction_response`]. If it returns a reason, the datagram is counted as
    /// dropped for it.
    ///
    /// In [`crate::handlers!`]: `take_over MyIntroductionRequest => Self::on_introduction_request`.
    /// Implement [`Message`] by hand, because `#[derive(Payload)]` refuses these ids. In py-ipv8
    /// such a community overrides `on_old_introduction_request` and similar methods.
    pub fn take_over<M: Message<Authentication = Signed>>(
        &mut self,
        handler: fn(&mut C, &Peer, M, &mut Context<'_>) -> Result<(), DropReason>,
    ) -> &mut Self {
        if !ids::is_signed(M::ID) {
            let (id, name) = (M::ID, M::NAME);
            self.errors
                .push(MessageTableError::NothingToTakeOver { id, name });
            return self;
        }
        self.insert::<M>(
            open_message::<M>,
            Box::new(
                move |community, from, message, cx| match (from, message.downcast::<M>()) {
                    (Delivery::Signed(peer), Ok(message)) => handler(community, peer, *message, cx),
                    _ => Ok(()),
                },
            ),
        )
    }

    /// Registers a handler that gets every readable `M`, and its source address, which anyone can
    /// forge.
    pub fn unsigned<M: Message<Authentication = Unsigned>>(
        &mut self,
        handler: fn(&mut C, SocketAddr, M, &mut Context<'_>),
    ) -> &mut Self {
        self.insert_own::<M>(
            open_message::<M>,
            Box::new(move |community, from, message, cx| {
                if let (Delivery::Unsigned(source), Ok(message)) = (from, message.downcast::<M>()) {
                    handler(community, source, *message, cx);
                }
                Ok(())
            }),
        )
    }

    /// Registers a message whose id must not belong to IPv8.
    pub(super) fn insert_own<M: Message>(
        &mut self,
        open: OpenMessage,
        handle: Handler<C>,
    ) -> &mut Self {
        let (id, name) = (M::ID, M::NAME);
        match ids::name(id).or(ids::deprecated_name(id)) {
            Some(owner) => {
                let error = MessageTableError::ReservedId { id, name, owner };
                self.errors.push(error);
                self
            }
            None => self.insert::<M>(open, handle),
        }
    }

    fn insert<M: Message>(&mut self, open: OpenMessage, handle: Handler<C>) -> &mut Self {
        let (id, name) = (M::ID, M::NAME);
        if let Some(first) = self.entries.get(&id) {
            self.errors.push(MessageTableError::DuplicateId {
                id,
                first: first.name,
                second: name,
            });
        } else {
            let signed = <M::Authentication as Authentication>::SIGNED;
            let entry = Entry {
                name,
                signed,
                open,
                handle,
            };
            self.entries.insert(id, entry);
        }
        self
    }

    /// Returns the errors, in the order of registration.
    pub(crate) fn errors(&self) -> &[MessageTableError] {
        &self.errors
    }

    /// Returns the name of the message with this id, if there is a handler for it.
    pub(crate) fn name(&self, id: u8) -> Option<&'static str> {
        self.entries.get(&id).map(|entry| entry.name)
    }

    /// Returns the type of each accepted response, by message id.
    pub(crate) fn responses(&self) -> &HashMap<u8, TypeId> {
        &self.responses
    }

    /// Returns the function that reads the message `id`, and `true` if it verifies a signature.
    pub(crate) fn opener(&self, id: u8) -> Option<(OpenMessage, bool)> {
        self.entries
            .get(&id)
            .map(|entry| (entry.open, entry.signed))
    }

    /// Passes a message to its handler.
    ///
    /// # Errors
    ///
    /// The reason that the handler returns.
    pub(crate) fn deliver(
        &self,
        id: u8,
        community: &mut C,
        from: Delivery<'_>,
        message: Box<dyn Any + Send>,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        match self.entries.get(&id) {
            Some(entry) => (entry.handle)(community, from, message, cx),
            None => Ok(()),
        }
    }
}
