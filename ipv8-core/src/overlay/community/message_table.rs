//! The table from message ids to handlers, typed at the edges and erased in between.

use std::any::{Any, TypeId};
use std::collections::{HashMap, hash_map};
use std::marker::PhantomData;

use super::functions::{MessageFn, RequestFn};
use super::handler::{Answers, Handler, MessageHandler, RequestHandler, TakeOver};
use super::opened::{AnyMessage, Delivery, MessageType};
use super::sender::{IsSigned, IsUnsigned, Sender, SenderOf, SignerOf, SourceOf};
use super::table_error::MessageTableError;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::support::hashing::OwnState;
use crate::wire::payload::ids;
use crate::wire::{Identified, Message, Request};

struct Entry {
    message: &'static MessageType,
    handler: Box<dyn Handler>,
    /// `true` if the message is one of IPv8's own, and not one of the community's with a reserved
    /// id.
    taken_over: bool,
}

/// The handlers of a community's own messages, by message id.
///
/// [`Community::messages`](super::Community::messages) fills it. Errors are collected, and the node
/// then refuses to add the overlay.
pub struct MessageTable<C> {
    erased: Messages,
    community: PhantomData<fn(&mut C)>,
}

/// A [`MessageTable`] with the type of its community erased.
#[derive(Default)]
pub(crate) struct Messages {
    entries: HashMap<u8, Entry, OwnState>,
    /// The type of each accepted response, by message id.
    responses: HashMap<u8, TypeId>,
    errors: Vec<MessageTableError>,
}

impl<C> Default for MessageTable<C> {
    fn default() -> Self {
        Self {
            erased: Messages::default(),
            community: PhantomData,
        }
    }
}

impl<C: 'static> MessageTable<C> {
    /// Returns the table, of which [`crate::handlers!`] has the value or a reference.
    #[doc(hidden)]
    pub const fn this(&mut self) -> &mut Self {
        self
    }

    /// Registers a handler that gets every `M`: like [`signed`](Self::signed) or
    /// [`unsigned`](Self::unsigned), whichever `M` is.
    ///
    /// In [`crate::handlers!`]: `Hello => Self::on_hello`.
    pub fn handle<M: Message<Authentication: Sender>>(
        &mut self,
        handler: impl Fn(&mut C, SenderOf<'_, M>, M, &mut Context<'_>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.insert_message::<M, M::Authentication>(handler)
    }

    /// Registers a handler that gets every `M` with a valid signature, and the peer that signed it.
    pub fn signed<M: Message<Authentication: IsSigned<M>>>(
        &mut self,
        handler: impl Fn(&mut C, SignerOf<'_, M>, M, &mut Context<'_>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.insert_message::<M, <M::Authentication as IsSigned<M>>::Itself>(handler)
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
    /// `#[derive(Payload)]` accepts these ids with `reserved_id`. In py-ipv8
    /// such a community overrides `on_old_introduction_request` and similar methods.
    pub fn take_over<M: Message<Authentication: IsSigned<M>>>(
        &mut self,
        handler: fn(&mut C, &Peer, M, &mut Context<'_>) -> Result<(), DropReason>,
    ) -> &mut Self {
        let message = MessageType::of::<M>();
        self.erased.take_over(message, Box::new(TakeOver(handler)));
        self
    }

    /// Registers a handler that gets every readable `M`, and its source address, which anyone can
    /// forge.
    pub fn unsigned<M: Message<Authentication: IsUnsigned<M>>>(
        &mut self,
        handler: impl Fn(&mut C, SourceOf<'_, M>, M, &mut Context<'_>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.insert_message::<M, <M::Authentication as IsUnsigned<M>>::Itself>(handler)
    }

    /// Inserts a handler of messages from `S`.
    pub(super) fn insert_message<M: Message, S: Sender>(
        &mut self,
        handler: impl MessageFn<C, S, M>,
    ) -> &mut Self {
        let handler = Box::new(MessageHandler::new(handler));
        self.erased.insert_own(MessageType::of::<M>(), handler);
        self
    }

    /// Registers a handler that gets every `M` with a valid signature, and the peer that signed it.
    /// The response that it returns is sent to that peer, with the number of the request. The
    /// overlay accepts responses to `M` as well: see [`MessageTable::response`].
    ///
    /// In [`crate::handlers!`]: `request Ask => Self::on_ask`. A response that cannot be sent is
    /// logged at `debug`.
    pub fn request<M: Request<Authentication: IsSigned<M>>>(
        &mut self,
        handler: impl RequestFn<C, <M::Authentication as IsSigned<M>>::Itself, M, M::Response>,
    ) -> &mut Self {
        self.insert_request::<M, _>(handler)
    }

    /// Like [`MessageTable::request`], but for unsigned requests: the handler gets the source
    /// address, and the response goes there.
    ///
    /// In [`crate::handlers!`]: `unsigned_request Ask => Self::on_ask`.
    pub fn unsigned_request<M: Request<Authentication: IsUnsigned<M>>>(
        &mut self,
        handler: impl RequestFn<C, <M::Authentication as IsUnsigned<M>>::Itself, M, M::Response>,
    ) -> &mut Self {
        self.insert_request::<M, _>(handler)
    }

    fn insert_request<M: Request, S: Sender>(
        &mut self,
        handler: impl RequestFn<C, S, M, M::Response>,
    ) -> &mut Self {
        let handler = Box::new(RequestHandler::new(handler));
        self.erased.insert_own(MessageType::of::<M>(), handler);
        self.response::<M::Response>()
    }

    /// Accepts every `R` as the answer to a pending request. An `R` that no request waits for is
    /// counted as [`DropReason::Unsolicited`](crate::state::DropReason::Unsolicited).
    ///
    /// In [`crate::handlers!`]: `response Answer`, for a community that asks and does not answer.
    /// Several requests may share one type of response, so `R` can be registered more than once.
    pub fn response<R: Identified>(&mut self) -> &mut Self {
        let (message, handler) = (MessageType::of::<R>(), Box::new(Answers::<R>::new()));
        self.erased.accept(message, TypeId::of::<R>(), handler);
        self
    }

    /// Returns the table without the type of its community.
    pub(crate) fn erased(&self) -> &Messages {
        &self.erased
    }

    /// Consuming version of [`erased`](Self::erased).
    pub(crate) fn into_erased(self) -> Messages {
        self.erased
    }
}

impl Messages {
    fn take_over(&mut self, message: &'static MessageType, handler: Box<dyn Handler>) {
        let (id, name) = (message.id, message.name);
        if ids::is_signed(id) {
            self.insert(message, handler, true);
        } else {
            let error = MessageTableError::NothingToTakeOver { id, name };
            self.errors.push(error);
        }
    }

    /// Accepts the response `message`, which is of the type `response`.
    fn accept(
        &mut self,
        message: &'static MessageType,
        response: TypeId,
        handler: Box<dyn Handler>,
    ) {
        if self.responses.insert(message.id, response) != Some(response) {
            self.insert_own(message, handler);
        }
    }

    /// Registers a message whose id must not belong to IPv8, unless it asks for such an id.
    fn insert_own(&mut self, message: &'static MessageType, handler: Box<dyn Handler>) {
        let (id, name) = (message.id, message.name);
        match ids::name(id).or(ids::deprecated_name(id)) {
            Some(owner) if !message.reserved_id => {
                let error = MessageTableError::ReservedId { id, name, owner };
                self.errors.push(error);
            }
            _ => self.insert(message, handler, false),
        }
    }

    fn insert(
        &mut self,
        message: &'static MessageType,
        handler: Box<dyn Handler>,
        taken_over: bool,
    ) {
        match self.entries.entry(message.id) {
            hash_map::Entry::Occupied(first) => self.errors.push(MessageTableError::DuplicateId {
                id: message.id,
                first: first.get().message.name,
                second: message.name,
            }),
            hash_map::Entry::Vacant(place) => {
                place.insert(Entry {
                    message,
                    handler,
                    taken_over,
                });
            }
        }
    }

    /// Returns the errors, in the order of registration.
    pub(crate) fn errors(&self) -> &[MessageTableError] {
        &self.errors
    }

    /// Returns the name of the message with this id, if there is a handler for it.
    pub(crate) fn name(&self, id: u8) -> Option<&'static str> {
        self.message(id).map(|message| message.name)
    }

    /// Returns `true` if the message with this id is one of IPv8's own that the community handles.
    pub(crate) fn is_taken_over(&self, id: u8) -> bool {
        self.entries.get(&id).is_some_and(|entry| entry.taken_over)
    }

    /// Returns the type of each accepted response, by message id.
    pub(crate) fn responses(&self) -> &HashMap<u8, TypeId> {
        &self.responses
    }

    /// Returns the type of the message with this id, if there is a handler for it.
    pub(crate) fn message(&self, id: u8) -> Option<&'static MessageType> {
        self.entries.get(&id).map(|entry| entry.message)
    }

    /// Passes a message to its handler.
    ///
    /// # Errors
    ///
    /// The reason that the handler returns.
    pub(crate) fn deliver(
        &self,
        id: u8,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        match self.entries.get(&id) {
            Some(entry) => entry.handler.handle(community, from, message, cx),
            None => Ok(()),
        }
    }
}
