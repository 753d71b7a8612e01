//! Requests of an overlay, made from outside.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::node::clock::now;
use crate::node::handle::HandleError;
use crate::node::overlay_handle::OverlayHandle;
use crate::overlay::community::Community;
use crate::overlay::context::{Context, RequestError};
use crate::state::peer::Peer;
use crate::state::request_cache::DEFAULT_TIMEOUT;
use crate::wire::Request;

type Answered<M> = oneshot::Sender<Result<<M as Request>::Response, RequestError>>;

/// # Requests
///
/// As those of [`Context::request`], awaited. Dropping the future takes the request back: nothing waits any more, and
/// an answer that comes all the same is counted as nobody's.
impl<C: Community> OverlayHandle<C> {
    /// Asks `peer` and waits for its answer, for up to 10 s ([`DEFAULT_TIMEOUT`]).
    ///
    /// ```
    /// # use ipv8_core::prelude::*;
    /// # use ipv8_core::node::HandleError;
    /// # #[derive(Payload)] #[payload(id = 1, response = Sum)]
    /// # struct Add { #[payload(identifier)] number: u16, left: u32, right: u32 }
    /// # #[derive(Payload)] #[payload(id = 2)] struct Sum { #[payload(identifier)] number: u16, sum: u32 }
    /// # struct MyCommunity;
    /// # impl Community for MyCommunity {
    /// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
    /// #     type Settings = ();
    /// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
    /// #     fn messages(table: &mut MessageTable<Self>) { handlers!(table: response Sum); }
    /// # }
    /// async fn ask(overlay: &OverlayHandle<MyCommunity>) -> Result<(), HandleError> {
    ///     for peer in overlay.peers().await? {
    ///         match overlay.request(&peer, Add { number: 0, left: 1, right: 2 }).await {
    ///             Ok(sum) => println!("{peer} says {}", sum.sum),
    ///             Err(HandleError::Request(RequestError::Timeout)) => println!("{peer} says nothing"),
    ///             Err(error) => return Err(error),
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`HandleError::Request`] when no answer came or none was asked for; otherwise as [`OverlayHandle::call`].
    pub async fn request<M: Request>(
        &self,
        peer: &Peer,
        request: M,
    ) -> Result<M::Response, HandleError> {
        self.request_within(peer, request, DEFAULT_TIMEOUT).await
    }

    /// As [`OverlayHandle::request`], waiting for up to `timeout`.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::request`].
    pub async fn request_within<M: Request>(
        &self,
        peer: &Peer,
        request: M,
        timeout: Duration,
    ) -> Result<M::Response, HandleError> {
        let peer = peer.clone();
        self.ask::<M>(move |answered, cx| {
            cx.request(&peer, request, timeout, tell::<C, M>(answered))
        })
        .await
    }

    /// As [`OverlayHandle::request_within`], but whoever sends from `address` is asked, and any response from there
    /// counts.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::request`].
    pub async fn request_to<M: Request>(
        &self,
        address: SocketAddr,
        request: M,
        timeout: Duration,
    ) -> Result<M::Response, HandleError> {
        self.ask::<M>(move |answered, cx| {
            cx.request_to(address, request, timeout, tell::<C, M>(answered))
        })
        .await
    }

    /// Waits until something waits under `prefix` and `number` in the overlay's request cache: at once if it does already.
    /// See [`Context::wait_for_request`].
    ///
    /// # Errors
    ///
    /// [`HandleError::Request`] with [`RequestError::Timeout`] when nothing has come after `timeout`, or
    /// [`RequestError::Unloaded`]; otherwise as [`OverlayHandle::register_task`].
    pub async fn wait_for_request(
        &self,
        prefix: &'static str,
        number: u16,
        timeout: Duration,
    ) -> Result<(), HandleError> {
        let (told, added) = oneshot::channel();
        let on_added = move |_: &mut C, added: Result<(), RequestError>, _: &mut Context<'_>| {
            drop(told.send(added));
        };
        let waiting =
            self.call(move |_, cx| cx.wait_for_request(prefix, number, timeout, on_added));
        waiting.await??;
        // An error: the task went with the overlay.
        Ok(added.await.map_err(|_| RequestError::Unloaded)??)
    }

    async fn ask<M: Request>(
        &self,
        send: impl FnOnce(Answered<M>, &mut Context<'_>) -> Result<M::Identifier, RequestError>
        + Send
        + 'static,
    ) -> Result<M::Response, HandleError> {
        let (answered, answer) = oneshot::channel();
        let asker = Asker::<C, M> {
            overlay: self,
            state: State::default(),
        };
        let state = Arc::clone(&asker.state);
        let asked = self.call(move |_, cx| {
            let number = send(answered, cx)?;
            let mut state = lock(&state);
            match *state {
                // Given up while this call was on its way.
                Progress::GivenUp => drop(cx.cancel_request::<M>(number)),
                _ => *state = Progress::Waiting(number),
            }
            Ok::<(), RequestError>(())
        });
        asked.await??;
        // An error: the node's task has gone without a word.
        let answer = answer.await.map_err(|_| HandleError::Stopped)?;
        *lock(&asker.state) = Progress::Over;
        Ok(answer?)
    }
}

fn tell<C, M: Request>(
    answered: Answered<M>,
) -> impl FnOnce(&mut C, Result<M::Response, RequestError>, &mut Context<'_>) + Send + 'static {
    // Nobody may be listening any more: then the answer has come too late.
    move |_, answer, _| drop(answered.send(answer))
}

/// How far a request has come.
#[derive(Default)]
enum Progress<N> {
    /// On its way to the node's task.
    #[default]
    New,
    /// Waiting for an answer under this number.
    Waiting(N),
    /// Whoever asked wants no answer any more.
    GivenUp,
    /// Answered, or failed.
    Over,
}

type State<N> = Arc<Mutex<Progress<N>>>;

fn lock<N>(state: &State<N>) -> MutexGuard<'_, Progress<N>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes its request back when it is dropped.
struct Asker<'a, C: Community, M: Request> {
    overlay: &'a OverlayHandle<C>,
    state: State<M::Identifier>,
}

impl<C: Community, M: Request> Drop for Asker<'_, C, M> {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        if let Progress::Waiting(number) = *state {
            let id = self.overlay.id();
            self.overlay.ipv8().post(move |node| {
                // An error: the overlay has gone, and what waited with it.
                let cancel = |_: &mut C, cx: &mut Context<'_>| cx.cancel_request::<M>(number);
                let _ = node.engine.call(id, now(), cancel);
            });
        }
        *state = Progress::GivenUp;
    }
}
