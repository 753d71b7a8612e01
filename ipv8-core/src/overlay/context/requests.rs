//! Requests whose answers go to a method of the community.

use std::any::{Any, TypeId, type_name};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::callbacks::{LONGEST_WAIT, Waiting};
use super::context::Context;
use super::request_error::RequestError;
use crate::state::peer::Peer;
use crate::state::request_cache::{Answerer, Asked};
use crate::state::stats::DropReason;
use crate::wire::{Authentication, Identified, Identifier, Message, Request};

/// The response, whose type the callback knows.
type Answer = Box<dyn Any + Send>;
/// The callback of a request. The state keeps it as a [`Waiting`].
type OnAnswer<C> = Box<dyn FnOnce(&mut C, Result<Answer, RequestError>, &mut Context<'_>) + Send>;

/// Ends a request with an error.
pub(crate) fn fail_request<C: 'static>(
    waiting: Waiting,
    error: RequestError,
    community: &mut C,
    cx: &mut Context<'_>,
) {
    // The call that made the request has checked the type.
    if let Ok(on_answer) = waiting.downcast::<OnAnswer<C>>() {
        on_answer(community, Err(error), cx);
    }
}

/// Passes a response to the callback of its request.
///
/// # Errors
///
/// [`DropReason::Unsolicited`] when no request waits for it.
pub(crate) fn answer_request<C: 'static, R: Identified>(
    answerer: Answerer<'_>,
    response: Box<R>,
    community: &mut C,
    cx: &mut Context<'_>,
) -> Result<(), DropReason> {
    let number = response.identifier().bits();
    let waiting = cx.state.pending.take(R::ID, number, answerer);
    let waiting = waiting.ok_or(DropReason::Unsolicited)?;
    if let Some(key) = answerer.key {
        let now = cx.now;
        cx.graph_mut().heard_from(key, now);
    }
    if let Ok(on_answer) = waiting.downcast::<OnAnswer<C>>() {
        on_answer(community, Ok(response), cx);
    }
    Ok(())
}

/// # Requests
///
/// There are two ways to ask. A message with `#[payload(response = …)]` is a [`Request`]: send it
/// with [`Context::request`], and the callback gets the typed and checked answer, or an error. For
/// anything else (several answers, none, a state that spans many messages) store the data with
/// [`Context::add_request`] and take it back with [`Context::pop_request`].
///
/// ```
/// # use ipv8_core::prelude::*;
/// use std::time::Duration;
///
/// #[derive(Payload)]
/// #[payload(id = 1, response = Sum)]
/// struct Add {
///     #[payload(identifier)]
///     number: u16,
///     left: u32,
///     right: u32,
/// }
///
/// #[derive(Payload)]
/// #[payload(id = 2)]
/// struct Sum {
///     #[payload(identifier)]
///     number: u16,
///     sum: u32,
/// }
///
/// struct MyCommunity;
///
/// impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
///     fn messages(table: &mut MessageTable<Self>) {
///         // Answers requests of others, and accepts the answers to ours.
///         handlers!(table: request Add => Self::on_add);
///     }
///
///     fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
///         let add = Add { number: 0, left: 1, right: 2 };
///         if let Err(error) = cx.request(peer, add, Duration::from_secs(10), Self::on_sum) {
///             eprintln!("{peer} was not asked: {error}");
///         }
///     }
/// }
///
/// impl MyCommunity {
///     fn on_add(&mut self, _peer: &Peer, add: Add, _cx: &mut Context<'_>) -> Option<Sum> {
///         // The number is filled in; there is no answer when the sum does not fit.
///         Some(Sum { number: 0, sum: add.left.checked_add(add.right)? })
///     }
///
///     fn on_sum(&mut self, sum: Result<Sum, RequestError>, _cx: &mut Context<'_>) {
///         match sum {
///             Ok(sum) => println!("{}", sum.sum),
///             Err(error) => println!("{error}"),
///         }
///     }
/// }
/// ```
impl Context<'_> {
    /// Sends `request` to the preferred address of `peer`, with a free number, and returns the
    /// number. `on_answer` is called once: with the response, with [`RequestError::Timeout`] after
    /// `timeout` (10 s is usual), or with [`RequestError::Unloaded`].
    ///
    /// Only a response that `peer` has signed counts; if responses of that type are unsigned, one
    /// from the address of the request. Any other response is counted as
    /// [`DropReason::Unsolicited`] and the request keeps waiting. A late response is counted the
    /// same way.
    ///
    /// # Errors
    ///
    /// [`RequestError`] at once; `on_answer` is then not called and nothing waits.
    pub fn request<C: 'static, M: Request>(
        &mut self,
        peer: &Peer,
        request: M,
        timeout: Duration,
        on_answer: impl FnOnce(&mut C, Result<M::Response, RequestError>, &mut Context<'_>)
        + Send
        + 'static,
    ) -> Result<M::Identifier, RequestError> {
        let asked = match <<M::Response as Message>::Authentication as Authentication>::SIGNED {
            true => Asked::Key(peer.key().clone()),
            false => Asked::Address(peer.address()),
        };
        self.ask(asked, peer.address(), request, timeout, on_answer)
    }

    /// Like [`Context::request`], but to an address: any response from there counts.
    ///
    /// # Errors
    ///
    /// Like [`Context::request`].
    pub fn request_to<C: 'static, M: Request>(
        &mut self,
        address: SocketAddr,
        request: M,
        timeout: Duration,
        on_answer: impl FnOnce(&mut C, Result<M::Response, RequestError>, &mut Context<'_>)
        + Send
        + 'static,
    ) -> Result<M::Identifier, RequestError> {
        let asked = Asked::Address(address);
        self.ask(asked, address, request, timeout, on_answer)
    }

    fn ask<C: 'static, M: Request>(
        &mut self,
        asked: Asked,
        to: SocketAddr,
        mut request: M,
        timeout: Duration,
        on_answer: impl FnOnce(&mut C, Result<M::Response, RequestError>, &mut Context<'_>)
        + Send
        + 'static,
    ) -> Result<M::Identifier, RequestError> {
        self.check_request::<C, M>()?;
        let on_answer: OnAnswer<C> = Box::new(move |community, answer, cx| {
            // The message table has read it as this type.
            let answer = answer.map(|answer| answer.downcast::<M::Response>());
            match answer {
                Ok(Ok(response)) => on_answer(community, Ok(*response), cx),
                Ok(Err(_)) => {}
                Err(error) => on_answer(community, Err(error), cx),
            }
        });
        let deadline = self.deadline(self.patience(M::NAME, timeout));
        let (response, greatest) = (M::Response::ID, M::Identifier::GREATEST);
        let (pending, rng) = (&mut self.state.pending, &mut self.shared.rng);
        let waiting: Waiting = Box::new(on_answer);
        let number = pending.add(response, greatest, asked, deadline, waiting, rng)?;
        let identifier = M::Identifier::from_bits(number);
        request.set_identifier(identifier);
        if let Err(error) = self.send_to(to, &request) {
            self.state.pending.cancel(response, number);
            return Err(error.into());
        }
        self.state.wake_at(deadline, &mut self.shared.timers);
        Ok(identifier)
    }

    /// Stops waiting for the answer to the `M` with this identifier. Its callback is not called,
    /// and an answer that still arrives is counted as [`DropReason::Unsolicited`]. Returns `true`
    /// if the request was waiting.
    pub fn cancel_request<M: Request>(&mut self, identifier: M::Identifier) -> bool {
        let pending = &mut self.state.pending;
        pending.cancel(M::Response::ID, identifier.bits()).is_some()
    }

    /// Returns the time at which something that waits `timeout` from now times out.
    pub(super) fn deadline(&self, timeout: Duration) -> Instant {
        let deadline = self.now.checked_add(timeout.min(LONGEST_WAIT));
        deadline.unwrap_or(self.now)
    }

    fn check_request<C: 'static, M: Request>(&self) -> Result<(), RequestError> {
        let Some((expected, name)) = self.state.community_type else {
            return Ok(());
        };
        if expected != TypeId::of::<C>() {
            let (expected, given) = (name, type_name::<C>());
            return Err(RequestError::OtherCommunity { expected, given });
        }
        let accepted = self.state.responses.get(&M::Response::ID);
        if accepted != Some(&TypeId::of::<M::Response>()) {
            return Err(RequestError::NotTaken(M::Response::NAME));
        }
        Ok(())
    }
}
