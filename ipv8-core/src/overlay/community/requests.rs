//! Handlers of requests, whose return value is the response.

use std::any::TypeId;
use std::fmt::Display;
use std::net::SocketAddr;

use super::message_table::{Handler, MessageTable};
use super::opened::{Delivery, open_message};
use crate::overlay::context::{Context, answer_request};
use crate::state::peer::Peer;
use crate::state::request_cache::Answerer;
use crate::wire::{Identified, Request, Signed, Unsigned};

/// A type that a handler of a request may return: the response, or an `Option` or `Result` of it.
///
/// `None` and `Err` send nothing; an `Err` is logged at `debug`. The requester then waits until its
/// request times out.
#[diagnostic::on_unimplemented(
    message = "a handler of this request cannot return `{Self}`",
    label = "not the response `{R}`, nor an `Option` or a `Result` of it",
    note = "to answer later, register the message with `signed` and send the response when it is there"
)]
pub trait IntoResponse<R> {
    /// Returns the response to send, if any.
    #[doc(hidden)]
    fn into_response(self) -> Option<R>;
}

impl<R> IntoResponse<R> for R {
    fn into_response(self) -> Option<R> {
        Some(self)
    }
}

impl<R> IntoResponse<R> for Option<R> {
    fn into_response(self) -> Option<R> {
        self
    }
}

impl<R, E: Display> IntoResponse<R> for Result<R, E> {
    fn into_response(self) -> Option<R> {
        self.inspect_err(|error| tracing::debug!(%error, "request not answered"))
            .ok()
    }
}

/// A handler of signed requests: `fn(&mut C, &Peer, M, &mut Context<'_>)`, returning an
/// [`IntoResponse`].
#[diagnostic::on_unimplemented(
    message = "this is not a handler of the request `{M}`",
    label = "write `fn(&mut self, peer: &Peer, request: {M}, cx: &mut Context<'_>)` that returns the response, or an `Option` or `Result` of it"
)]
pub trait RequestHandler<C, M: Request>: Send + Sync + 'static {
    /// Calls the handler.
    #[doc(hidden)]
    fn call(
        &self,
        community: &mut C,
        peer: &Peer,
        request: M,
        cx: &mut Context<'_>,
    ) -> Option<M::Response>;
}

impl<C, M, F, R> RequestHandler<C, M> for F
where
    M: Request,
    F: Fn(&mut C, &Peer, M, &mut Context<'_>) -> R + Send + Sync + 'static,
    R: IntoResponse<M::Response>,
{
    fn call(
        &self,
        community: &mut C,
        peer: &Peer,
        request: M,
        cx: &mut Context<'_>,
    ) -> Option<M::Response> {
        self(community, peer, request, cx).into_response()
    }
}

/// A handler of unsigned requests: `fn(&mut C, SocketAddr, M, &mut Context<'_>)`, returning an
/// [`IntoResponse`].
#[diagnostic::on_unimplemented(
    message = "this is not a handler of the unsigned request `{M}`",
    label = "write `fn(&mut self, source: SocketAddr, request: {M}, cx: &mut Context<'_>)` that returns the response, or an `Option` or `Result` of it"
)]
pub trait UnsignedRequestHandler<C, M: Request>: Send + Sync + 'static {
    /// Calls the handler.
    #[doc(hidden)]
    fn call(
        &self,
        community: &mut C,
        source: SocketAddr,
        request: M,
        cx: &mut Context<'_>,
    ) -> Option<M::Response>;
}

impl<C, M, F, R> UnsignedRequestHandler<C, M> for F
where
    M: Request,
    F: Fn(&mut C, SocketAddr, M, &mut Context<'_>) -> R + Send + Sync + 'static,
    R: IntoResponse<M::Response>,
{
    fn call(
        &self,
        community: &mut C,
        source: SocketAddr,
        request: M,
        cx: &mut Context<'_>,
    ) -> Option<M::Response> {
        self(community, source, request, cx).into_response()
    }
}

impl<C: 'static> MessageTable<C> {
    /// Registers a handler that gets every `M` with a valid signature, and the peer that signed it.
    /// The response that it returns is sent to that peer, with the number of the request. The
    /// overlay accepts responses to `M` as well: see [`MessageTable::response`].
    ///
    /// In [`crate::handlers!`]: `request Ask => Self::on_ask`. A response that cannot be sent is
    /// logged at `debug`.
    pub fn request<M: Request<Authentication = Signed>>(
        &mut self,
        handler: impl RequestHandler<C, M>,
    ) -> &mut Self {
        let handle: Handler<C> = Box::new(move |community, from, message, cx| {
            if let (Delivery::Signed(peer), Ok(request)) = (from, message.downcast::<M>()) {
                let number = request.identifier();
                let response = handler.call(community, peer, *request, cx);
                respond::<M>(peer.address(), number, response, cx);
            }
            Ok(())
        });
        self.insert_own::<M>(open_message::<M>, handle)
            .response::<M::Response>()
    }

    /// Like [`MessageTable::request`], but for unsigned requests: the handler gets the source
    /// address, and the response goes there.
    ///
    /// In [`crate::handlers!`]: `unsigned_request Ask => Self::on_ask`.
    pub fn unsigned_request<M: Request<Authentication = Unsigned>>(
        &mut self,
        handler: impl UnsignedRequestHandler<C, M>,
    ) -> &mut Self {
        let handle: Handler<C> = Box::new(move |community, from, message, cx| {
            if let (Delivery::Unsigned(source), Ok(request)) = (from, message.downcast::<M>()) {
                let number = request.identifier();
                let response = handler.call(community, source, *request, cx);
                respond::<M>(source, number, response, cx);
            }
            Ok(())
        });
        self.insert_own::<M>(open_message::<M>, handle)
            .response::<M::Response>()
    }

    /// Accepts every `R` as the answer to a pending request. An `R` that no request waits for is
    /// counted as [`DropReason::Unsolicited`](crate::state::DropReason::Unsolicited).
    ///
    /// In [`crate::handlers!`]: `response Answer`, for a community that asks and does not answer.
    /// Several requests may share one type of response, so `R` can be registered more than once.
    pub fn response<R: Identified>(&mut self) -> &mut Self {
        if self.responses.get(&R::ID) == Some(&TypeId::of::<R>()) {
            return self;
        }
        self.responses.insert(R::ID, TypeId::of::<R>());
        self.insert_own::<R>(
            open_message::<R>,
            Box::new(|community, from, message, cx| {
                let Ok(response) = message.downcast::<R>() else {
                    return Ok(());
                };
                let key = match from {
                    Delivery::Signed(peer) => Some(peer.key()),
                    Delivery::Unsigned(_) => None,
                };
                let Some(source) = cx.source() else {
                    return Ok(());
                };
                answer_request(Answerer { key, source }, response, community, cx)
            }),
        )
    }
}

fn respond<M: Request>(
    to: SocketAddr,
    number: M::Identifier,
    response: Option<M::Response>,
    cx: &mut Context<'_>,
) {
    let Some(mut response) = response else {
        return;
    };
    response.set_identifier(number);
    if let Err(error) = cx.respond_to(to, &response) {
        tracing::debug!(%error, %to, "response not sent");
    }
}
