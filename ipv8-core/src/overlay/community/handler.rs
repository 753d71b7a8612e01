//! Handlers with their types erased. The compiler generates one function for each handler.

use std::any::Any;
use std::marker::PhantomData;
use std::net::SocketAddr;

use super::functions::{IntoResponse, MessageFn, RequestFn};
use super::opened::{AnyMessage, Delivery};
use super::sender::Sender;
use crate::overlay::context::{Context, Outgoing, answer_request};
use crate::state::peer::Peer;
use crate::state::request_cache::Answerer;
use crate::state::stats::DropReason;
use crate::wire::{Identified, Identifier, Message, Request};

/// A handler of one type of message.
///
/// It does nothing for a message or a community of another type.
pub(super) trait Handler: Send + Sync {
    /// Handles a message.
    ///
    /// # Errors
    /// The reason why the message does not count.
    fn handle(
        &self,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason>;
}

/// A handler of messages whose sender is `S`.
pub(super) struct MessageHandler<C, S, M, H>(H, PhantomData<fn(&mut C, S, M)>);

impl<C, S, M, H> MessageHandler<C, S, M, H> {
    pub(super) const fn new(handler: H) -> Self {
        Self(handler, PhantomData)
    }
}

impl<C: 'static, S: Sender, M: Message, H: MessageFn<C, S, M>> Handler
    for MessageHandler<C, S, M, H>
{
    fn handle(
        &self,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        if let (Some(community), Ok(message)) = (community.downcast_mut(), message.downcast())
            && let Some(sender) = sender::<S>(from)
        {
            (self.0)(community, sender, *message, cx);
        }
        Ok(())
    }
}

fn sender<S: Sender>(from: Delivery<'_>) -> Option<S::Of<'_>> {
    match from {
        Delivery::Signed(peer) => S::sender(Some(peer), None),
        Delivery::Unsigned(source) => S::sender(None, Some(source)),
    }
}

/// A handler of messages in place of IPv8's own handler.
pub(super) struct TakeOver<C, M>(
    pub(super) fn(&mut C, &Peer, M, &mut Context<'_>) -> Result<(), DropReason>,
);

impl<C: 'static, M: Message> Handler for TakeOver<C, M> {
    fn handle(
        &self,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        match (community.downcast_mut(), from, message.downcast()) {
            (Some(community), Delivery::Signed(peer), Ok(message)) => {
                (self.0)(community, peer, *message, cx)
            }
            _ => Ok(()),
        }
    }
}

/// A handler of requests whose sender is `S`.
pub(super) struct RequestHandler<C, S, M, H>(H, PhantomData<fn(&mut C, S, M)>);

impl<C, S, M, H> RequestHandler<C, S, M, H> {
    pub(super) const fn new(handler: H) -> Self {
        Self(handler, PhantomData)
    }
}

impl<C: 'static, S: Sender, M: Request, H: RequestFn<C, S, M, M::Response>> Handler
    for RequestHandler<C, S, M, H>
{
    fn handle(
        &self,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        if let (Some(community), Ok(request)) = (community.downcast_mut(), message.downcast::<M>())
            && let Some(sender) = sender::<S>(from)
        {
            let (to, number) = (S::address(&sender), request.identifier());
            let response = (self.0)(community, sender, *request, cx).into_response();
            respond::<M>(to, number, response, cx);
        }
        Ok(())
    }
}

fn respond<M: Request>(
    to: SocketAddr,
    number: M::Identifier,
    response: Option<M::Response>,
    cx: &mut Context<'_>,
) {
    if let Some(mut response) = response {
        response.set_identifier(number);
        send_response(to, &Outgoing::new(&response), cx);
    }
}

fn send_response(to: SocketAddr, response: &Outgoing<'_>, cx: &mut Context<'_>) {
    if let Err(error) = cx.respond_to(to, response) {
        tracing::debug!(%error, %to, "response not sent");
    }
}

/// Passes responses to the callbacks of their requests.
pub(super) struct Answers<R>(PhantomData<fn(R)>);

impl<R> Answers<R> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R: Identified> Handler for Answers<R> {
    fn handle(
        &self,
        community: &mut dyn Any,
        from: Delivery<'_>,
        message: AnyMessage,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        match message.downcast_ref::<R>() {
            Some(response) => {
                let number = response.identifier().bits();
                answer((R::ID, number), from, message, community, cx)
            }
            None => Ok(()),
        }
    }
}

fn answer(
    which: (u8, u64),
    from: Delivery<'_>,
    response: AnyMessage,
    community: &mut dyn Any,
    cx: &mut Context<'_>,
) -> Result<(), DropReason> {
    let key = match from {
        Delivery::Signed(peer) => Some(peer.key()),
        Delivery::Unsigned(_) => None,
    };
    match cx.source() {
        Some(source) => {
            let answerer = Answerer { key, source };
            answer_request(answerer, which, response, community, cx)
        }
        None => Ok(()),
    }
}
