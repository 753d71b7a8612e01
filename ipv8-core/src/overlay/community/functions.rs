//! The functions and closures that can handle messages, as bounds with readable errors.
//!
//! Each bound implies `Fn`, so that rustc infers the parameters of closures. The type that a
//! function returns has a bound of its own: rustc reports that one for a wrong type.

use std::fmt::Display;

use super::sender::Sender;
use crate::overlay::context::Context;

/// The result of a handler of messages: `()`.
#[diagnostic::on_unimplemented(
    message = "a handler of messages returns nothing, and this one returns `{Self}`",
    label = "returns a value",
    note = "a handler cannot be `async`: remove the word, and pass a future that waits to `Context::spawn`",
    note = "a handler that returns a response is one of a request: write `request` before the message"
)]
pub trait Nothing {}

impl Nothing for () {}

/// A function of four parameters that returns nothing.
pub trait Procedure<S, F, M, X>: Fn(S, F, M, X) -> <Self as Procedure<S, F, M, X>>::Out {
    /// `()`.
    type Out: Nothing;
}

impl<H, S, F, M, X, R> Procedure<S, F, M, X> for H
where
    H: Fn(S, F, M, X) -> R,
    R: Nothing,
{
    type Out = R;
}

/// A handler of messages: `fn(&mut C, &Peer, M, &mut Context<'_>)`, for [`Unsigned`] messages with
/// a `SocketAddr`, or such a closure.
///
/// [`Unsigned`]: crate::Unsigned
pub trait MessageFn<C, S: Sender, M>:
    for<'a, 'b, 'c, 'd> Procedure<&'a mut C, S::Of<'b>, M, &'c mut Context<'d>> + Send + Sync + 'static
{
}

impl<H, C, S: Sender, M> MessageFn<C, S, M> for H where
    H: for<'a, 'b, 'c, 'd> Procedure<&'a mut C, S::Of<'b>, M, &'c mut Context<'d>>
        + Send
        + Sync
        + 'static
{
}

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

/// A function of four parameters that returns the response `R`.
pub trait Answering<S, F, M, X, R>:
    Fn(S, F, M, X) -> <Self as Answering<S, F, M, X, R>>::Out
{
    /// The response, or an `Option` or `Result` of it.
    type Out: IntoResponse<R>;
}

impl<H, S, F, M, X, R, O> Answering<S, F, M, X, R> for H
where
    H: Fn(S, F, M, X) -> O,
    O: IntoResponse<R>,
{
    type Out = O;
}

/// A handler of requests: like [`MessageFn`], returns an [`IntoResponse`].
pub trait RequestFn<C, S: Sender, M, R>:
    for<'a, 'b, 'c, 'd> Answering<&'a mut C, S::Of<'b>, M, &'c mut Context<'d>, R>
    + Send
    + Sync
    + 'static
{
}

impl<H, C, S: Sender, M, R> RequestFn<C, S, M, R> for H where
    H: for<'a, 'b, 'c, 'd> Answering<&'a mut C, S::Of<'b>, M, &'c mut Context<'d>, R>
        + Send
        + Sync
        + 'static
{
}
