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
use crate::wire::{Authentication, Identifier, Message, Request};

/// The response, whose type the callback knows.
type Answer = Box<dyn Any + Send>;
/// The callback of a request. The state keeps it as a [`Waiting`]. It does nothing for a community
/// of another type.
type OnAnswer =
    Box<dyn FnOnce(&mut dyn Any, Result<Answer, RequestError>, &mut Context<'_>) + Send>;

/// The types of a request.
struct Question {
    /// The type of the community that gets the answer, and its name.
    community: (TypeId, &'static str),
    request_name: &'static str,
    /// The message id of the response.
    response: u8,
    response_type: TypeId,
    response_name: &'static str,
    /// The greatest number of a request.
    greatest: u64,
}

impl Question {
    fn of<C: 'static, M: Request>() -> Self {
        Self {
            community: (TypeId::of::<C>(), type_name::<C>()),
            request_name: M::NAME,
            response: M::Response::ID,
            response_type: TypeId::of::<M::Response>(),
            response_name: M::Response::NAME,
            greatest: M::Identifier::GREATEST,
        }
    }
}

/// Ends a request with an error.
pub(crate) fn fail_request(
    waiting: Waiting,
    error: RequestError,
    community: &mut dyn Any,
    cx: &mut Context<'_>,
) {
    if let Ok(on_answer) = waiting.downcast::<OnAnswer>() {
        on_answer(community, Err(error), cx);
    }
}

/// Passes a response to the callback of its request. `id` is its message id, and `number` says
/// which request it answers.
///
/// # Errors
///
/// [`DropReason::Unsolicited`] when no request waits for it.
pub(crate) fn answer_request(
    answerer: Answerer<'_>,
    (id, number): (u8, u64),
    response: Answer,
    community: &mut dyn Any,
    cx: &mut Context<'_>,
) -> Result<(), DropReason> {
    let waiting = cx.state.pending.take(id, number, answerer);
    let waiting = waiting.ok_or(DropReason::Unsolicited)?;
    if let Some(key) = answerer.key {
        let now = cx.now;
        cx.graph_mut().heard_from(key, now);
    }
    if let Ok(on_answer) = waiting.downcast::<OnAnswer>() {
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
        let question = Question::of::<C, M>();
        let on_answer: OnAnswer = Box::new(move |community, answer, cx| {
            let Some(community) = community.downcast_mut() else {
                return;
            };
            // The message table has read it as this type.
            match answer.map(|answer| answer.downcast::<M::Response>()) {
                Ok(Ok(response)) => on_answer(community, Ok(*response), cx),
                Ok(Err(_)) => {}
                Err(error) => on_answer(community, Err(error), cx),
            }
        });
        let (number, deadline) = self.expect_response(&question, asked, timeout, on_answer)?;
        let identifier = M::Identifier::from_bits(number);
        request.set_identifier(identifier);
        if let Err(error) = self.send_to(to, &request) {
            self.state.pending.cancel(question.response, number);
            return Err(error.into());
        }
        self.state.wake_at(deadline, &mut self.shared.timers);
        Ok(identifier)
    }

    /// The part of [`Context::ask`] before the request is sent that does not depend on its type.
    /// Returns the number of the request, and when it times out.
    fn expect_response(
        &mut self,
        question: &Question,
        asked: Asked,
        timeout: Duration,
        on_answer: OnAnswer,
    ) -> Result<(u64, Instant), RequestError> {
        self.check_request(question)?;
        let deadline = self.deadline(self.patience(question.request_name, timeout));
        let (pending, rng) = (&mut self.state.pending, &mut self.shared.rng);
        let (response, greatest) = (question.response, question.greatest);
        let waiting: Waiting = Box::new(on_answer);
        let number = pending.add(response, greatest, asked, deadline, waiting, rng)?;
        Ok((number, deadline))
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

    fn check_request(&self, question: &Question) -> Result<(), RequestError> {
        let Some((expected, name)) = self.state.community_type else {
            return Ok(());
        };
        let (community, community_name) = question.community;
        if expected != community {
            let (expected, given) = (name, community_name);
            return Err(RequestError::OtherCommunity { expected, given });
        }
        let accepted = self.state.responses.get(&question.response);
        if accepted != Some(&question.response_type) {
            return Err(RequestError::NotTaken(question.response_name));
        }
        Ok(())
    }
}
