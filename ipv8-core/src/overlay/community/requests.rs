//! Handlers of requests, whose return value is the response.

use std::fmt::Display;
use std::net::SocketAddr;

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::Request;

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
