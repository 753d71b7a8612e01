//! The table from message ids to handlers, typed at the edges and erased in between.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::net::SocketAddr;

use crate::crypto::Points;
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::overlay::introduction::SignedBy;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::support::hashing::OwnState;
use crate::wire::packet::{OpenError, open_signed_with, open_unsigned};
use crate::wire::payload::ids;
use crate::wire::{Authentication, Message, Signed, Unsigned};

/// Reads and verifies one kind of message. Any core can run it, with [`Points`] of its own, which change no verdict.
pub type OpenMessage = fn(&[u8], &mut Points) -> Result<OpenedMessage, OpenError>;

pub(super) type Handler<C> = Box<
    dyn Fn(&mut C, Delivery<'_>, Box<dyn Any + Send>, &mut Context<'_>) -> Result<(), DropReason>
        + Send
        + Sync,
>;

/// A community's message that was read and, if it is a signed one, verified.
pub struct OpenedMessage {
    /// Who signed it; `None` for an unsigned message.
    pub signed_by: Option<SignedBy>,
    /// The sender's clock, if the message carries it.
    pub global_time: Option<u64>,
    /// The message, of the type its handler was registered for.
    pub message: Box<dyn Any + Send>,
}

/// From whom a message is delivered.
#[derive(Clone, Copy, Debug)]
pub enum Delivery<'a> {
    /// From the peer that signed it.
    Signed(&'a Peer),
    /// From whoever sends from this address.
    Unsigned(SocketAddr),
}

/// Why a handler could not be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageTableError {
    /// Two messages of one community have the same id.
    #[error(
        "messages `{first}` and `{second}` both have id {id}: give one of them another id, 0 to 230"
    )]
    DuplicateId {
        /// The id.
        id: u8,
        /// The message registered first.
        first: &'static str,
        /// The message refused.
        second: &'static str,
    },
    /// The id belongs to IPv8 itself.
    #[error("message `{name}` has id {id}, which is IPv8's own ({owner}): use an id from 0 to 230")]
    ReservedId {
        /// The id.
        id: u8,
        /// The message refused.
        name: &'static str,
        /// What IPv8 uses the id for.
        owner: &'static str,
    },
    /// [`MessageTable::take_over`] of an id that is none of IPv8's own signed messages.
    #[error(
        "message `{name}` has id {id}, which is none of IPv8's own signed messages: register it with `signed`, or give it the id of the message it takes over"
    )]
    NothingToTakeOver {
        /// The id.
        id: u8,
        /// The message refused.
        name: &'static str,
    },
}

struct Entry<C> {
    name: &'static str,
    signed: bool,
    open: OpenMessage,
    handle: Handler<C>,
}

/// The handlers of a community's own messages, by message id.
///
/// Filled by [`Community::messages`]; mistakes are collected and refuse the overlay when it is
/// made.
pub struct MessageTable<C> {
    entries: HashMap<u8, Entry<C>, OwnState>,
    /// The type of each response that is taken in, by its message id.
    pub(super) responses: HashMap<u8, TypeId>,
    errors: Vec<MessageTableError>,
}

impl<C: Community> Default for MessageTable<C> {
    fn default() -> Self {
        Self {
            entries: HashMap::default(),
            responses: HashMap::new(),
            errors: Vec::new(),
        }
    }
}

impl<C: Community> MessageTable<C> {
    /// `handler` gets every `M` whose signature is good, with the peer that signed it.
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

    /// `handler` gets every `M` whose signature is good *in place of* what IPv8 does with that id: `M` has the id of an introduction
    /// request or response or of a puncture (246, 245, 249, 234, 233 or 231) and its own layout.
    ///
    /// Nothing is done beforehand: the peer that `handler` gets is made for this message alone, with the key that signed it
    /// and the source address, even if it is known ([`Context::network`] tells), and none of the introduction callbacks of
    /// [`Community`] follows. What IPv8 would have done is there to be called: [`Context::is_over_peer_limit`],
    /// [`Context::verify_peer`], [`Context::send_introduction_response`]. A reason that is returned counts the datagram
    /// as dropped for it.
    ///
    /// In [`crate::handlers!`]: `take_over MyIntroductionRequest => Self::on_introduction_request`. The message is written by
    /// hand, because `#[derive(Payload)]` refuses these ids; py-ipv8 overrides `on_old_introduction_request` and its like.
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

    /// `handler` gets every `M` that can be read, with the address it came from. Nothing proves
    /// who sent it.
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

    /// Registers a message with an id that is a community's to give.
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

    /// What was refused, in the order of registration.
    #[must_use]
    pub fn errors(&self) -> &[MessageTableError] {
        &self.errors
    }

    /// The name of the message with this id, if there is a handler for it.
    #[must_use]
    pub fn name(&self, id: u8) -> Option<&'static str> {
        self.entries.get(&id).map(|entry| entry.name)
    }

    /// The type of each response that is taken in, by its message id.
    pub(crate) fn responses(&self) -> &HashMap<u8, TypeId> {
        &self.responses
    }

    /// How to read the message `id`, and whether that verifies a signature.
    pub(crate) fn opener(&self, id: u8) -> Option<(OpenMessage, bool)> {
        self.entries
            .get(&id)
            .map(|entry| (entry.open, entry.signed))
    }

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

pub(super) fn open_message<M: Message>(
    datagram: &[u8],
    points: &mut Points,
) -> Result<OpenedMessage, OpenError> {
    if !<M::Authentication as Authentication>::SIGNED {
        let (global_time, message) = open_unsigned::<M>(datagram, M::GLOBAL_TIME)?;
        return Ok(OpenedMessage {
            signed_by: None,
            global_time,
            message: Box::new(message),
        });
    }
    let (key, canonical, global_time, message) =
        open_signed_with::<M>(datagram, M::GLOBAL_TIME, points)?;
    let signed_by = Some(SignedBy { key, canonical });
    Ok(OpenedMessage {
        signed_by,
        global_time,
        message: Box::new(message),
    })
}

/// Whether no id stands twice in `ids`; [`crate::handlers!`] asks at compile time.
#[must_use]
pub const fn has_unique_ids(ids: &[u8]) -> bool {
    let mut left = 0;
    while left < ids.len() {
        let mut right = left + 1;
        while right < ids.len() {
            if ids[left] == ids[right] {
                return false;
            }
            right += 1;
        }
        left += 1;
    }
    true
}

/// Registers handlers in a [`MessageTable`], and refuses to compile when two of the messages have
/// the same id.
///
/// `signed` handlers are called with the peer that signed (`fn(&mut Self, &Peer, Message, &mut
/// Context<'_>)`), `unsigned` ones with the source address (`fn(&mut Self, SocketAddr, Message,
/// &mut Context<'_>)`). `take_over` handlers do the work of one of IPv8's own messages: see [`MessageTable::take_over`].
///
/// A `request` handler is called like a `signed` one and returns the response (or an `Option` or `Result` of it), which is
/// then sent: see [`MessageTable::request`]; `unsigned_request` is the same for unsigned messages. `response Answer`, without a
/// handler, is for communities that ask and do not answer.
///
/// ```
/// # use ipv8_core::prelude::*;
/// # use std::net::SocketAddr;
/// # #[derive(Payload)] #[payload(id = 1)] struct Hello { text: String }
/// # #[derive(Payload)] #[payload(id = 2, unsigned)] struct Ping { number: u16 }
/// # struct MyCommunity;
/// # impl MyCommunity {
/// #     fn on_hello(&mut self, _: &Peer, _: Hello, _: &mut Context<'_>) {}
/// #     fn on_ping(&mut self, _: SocketAddr, _: Ping, _: &mut Context<'_>) {}
/// # }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// fn messages(table: &mut MessageTable<Self>) {
///     handlers!(table:
///         signed Hello => Self::on_hello,
///         unsigned Ping => Self::on_ping,
///     );
/// }
/// # }
/// ```
///
/// Two messages with one id:
///
/// ```compile_fail
/// # use ipv8_core::prelude::*;
/// # #[derive(Payload)] #[payload(id = 1)] struct Hello { text: String }
/// # #[derive(Payload)] #[payload(id = 1)] struct Bye { text: String }
/// # struct MyCommunity;
/// # impl MyCommunity {
/// #     fn on_hello(&mut self, _: &Peer, _: Hello, _: &mut Context<'_>) {}
/// #     fn on_bye(&mut self, _: &Peer, _: Bye, _: &mut Context<'_>) {}
/// # }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// fn messages(table: &mut MessageTable<Self>) {
///     handlers!(table: signed Hello => Self::on_hello, signed Bye => Self::on_bye);
/// }
/// # }
/// ```
#[macro_export]
macro_rules! handlers {
    ($table:ident: $($authentication:ident $message:ty $(=> $handler:expr)?),+ $(,)?) => {{
        const _: () = ::core::assert!(
            $crate::__private::has_unique_ids(&[$(<$message as $crate::Message>::ID),+]),
            ::core::concat!(
                "two of these messages have the same `#[payload(id = …)]`, give one of them another:",
                $(" ", ::core::stringify!($message)),+
            )
        );
        $($table.$authentication::<$message>($($handler)?);)+
    }};
    ($($anything:tt)*) => {
        ::core::compile_error!(
            "write `handlers!(table: signed Message => Self::handler, unsigned Other => Self::other)`"
        )
    };
}
