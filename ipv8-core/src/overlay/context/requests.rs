//! Requests whose answers come back to a method of the community.

use std::any::{Any, TypeId, type_name};
use std::net::SocketAddr;
use std::time::Duration;

use crate::overlay::context::{Context, LONGEST_WAIT, SendError};
use crate::state::peer::Peer;
use crate::state::request_cache::{Answerer, Asked, RequestCacheError};
use crate::state::stats::DropReason;
use crate::wire::{Authentication, Identified, Identifier, Message, Request};

/// Why a request had no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No answer came in time.
    #[error("no answer came in time")]
    Timeout,
    /// The overlay was unloaded, or the node stopped, before an answer came.
    #[error("the overlay was unloaded before an answer came")]
    Unloaded,
    /// As many requests as there may be are waiting: see [`DEFAULT_CAPACITY`](crate::state::request_cache::DEFAULT_CAPACITY).
    #[error("too many requests are waiting for an answer: ask less at once, or wait shorter")]
    Full,
    /// Every number that the identifier can carry is waiting for an answer.
    #[error(
        "every number of the identifier is in use: ask less at once, or make the identifier a `u32`"
    )]
    NoNumber,
    /// The request could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The overlay has no handler for the response, so that no answer could ever come.
    #[error(
        "the overlay does not take in `{0}`: write `response {0}` (or `request …`, to answer as well) in `handlers!`"
    )]
    NotTaken(&'static str),
    /// The callback is a method of another community than the one this context belongs to.
    #[error("the callback works on a `{given}`, but this overlay's community is a `{expected}`")]
    OtherCommunity {
        /// The community type of this overlay.
        expected: &'static str,
        /// The community type of the callback.
        given: &'static str,
    },
}

impl From<RequestCacheError> for RequestError {
    fn from(error: RequestCacheError) -> Self {
        match error {
            RequestCacheError::InUse => Self::NoNumber,
            RequestCacheError::Full => Self::Full,
            RequestCacheError::ShutDown => Self::Unloaded,
        }
    }
}

/// The response, whose type the callback knows.
type Answer = Box<dyn Any + Send>;
type OnAnswer<C> = Box<dyn FnOnce(&mut C, Result<Answer, RequestError>, &mut Context<'_>) + Send>;
/// An [`OnAnswer`] of the overlay's community, whose type the state does not know.
pub(crate) type Waiting = Box<dyn Any + Send>;

/// Ends the wait with an error.
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

/// Gives an answer to whoever waits for it; a reason when nobody does.
pub(crate) fn answer_request<C: 'static, R: Identified>(
    answerer: Answerer<'_>,
    response: Box<R>,
    community: &mut C,
    cx: &mut Context<'_>,
) -> Result<(), DropReason> {
    let number = response.identifier().bits();
    let waiting = cx.state.pending.take(R::ID, number, answerer);
    let waiting = waiting.ok_or(DropReason::Unsolicited)?;
    if let Ok(on_answer) = waiting.downcast::<OnAnswer<C>>() {
        on_answer(community, Ok(response), cx);
    }
    Ok(())
}

/// # Requests
///
/// Two ways lead to an answer. A message with `#[payload(response = …)]` is a [`Request`]: it is
/// sent with [`Context::request`], and its answer comes back typed, checked and in time, or not at all. Anything
/// else (several answers, none, a state that lasts over many messages) keeps what it needs with
/// [`Context::add_request`] and takes it back with [`Context::pop_request`].
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
///         // Answers others, and takes in what others answer.
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
///         // The number is filled in; no answer when it does not fit.
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
    /// Sends `request` to the preferred address of `peer`, with a number of its own, and calls `on_answer` once:
    /// with the response, or with [`RequestError::Timeout`] after `timeout` (usually
    /// [`DEFAULT_TIMEOUT`](crate::state::request_cache::DEFAULT_TIMEOUT)), or with [`RequestError::Unloaded`]. Gives the
    /// number.
    ///
    /// Only a response that `peer` has signed counts; if responses of that type are unsigned, one from the address
    /// the request went to. Any other is counted as [`DropReason::Unsolicited`] and leaves the request waiting, as
    /// is one that comes late.
    ///
    /// # Errors
    ///
    /// [`RequestError`], without `timeout` having passed; `on_answer` is then not called and nothing waits.
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

    /// As [`Context::request`], but whoever sends from `address` is asked, and any response from there counts.
    ///
    /// # Errors
    ///
    /// As [`Context::request`].
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
            // The table of messages has read it as this type.
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

    /// Stops waiting for the answer to the `M` with this identifier, whose callback is then never called; an answer
    /// that comes all the same is counted as [`DropReason::Unsolicited`]. Returns whether it was waiting.
    pub fn cancel_request<M: Request>(&mut self, identifier: M::Identifier) -> bool {
        let pending = &mut self.state.pending;
        pending.cancel(M::Response::ID, identifier.bits()).is_some()
    }

    /// How many typed requests wait for an answer.
    #[must_use]
    pub fn requests_waiting(&self) -> usize {
        self.state.pending.len()
    }

    /// When something that waits `timeout` from now has waited for too long.
    pub(super) fn deadline(&self, timeout: Duration) -> std::time::Instant {
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
        let taken = self.state.responses.get(&M::Response::ID);
        if taken != Some(&TypeId::of::<M::Response>()) {
            return Err(RequestError::NotTaken(M::Response::NAME));
        }
        Ok(())
    }
}
