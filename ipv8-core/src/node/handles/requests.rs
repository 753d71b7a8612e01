//! Requests of an overlay to its peers, made through its handle.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::HandleError;
use super::overlay::OverlayHandle;
use crate::node::clock::now;
use crate::overlay::community::Community;
use crate::overlay::context::{Context, RequestError};
use crate::state::peer::Peer;
use crate::state::request_cache::DEFAULT_TIMEOUT;
use crate::wire::Request;

type Answered<M> = oneshot::Sender<Result<<M as Request>::Response, RequestError>>;

/// # Requests
///
/// Like those of [`Context::request`], but awaited. Dropping the future cancels the request. An
/// answer that arrives afterwards is counted as unexpected.
impl<C: Community> OverlayHandle<C> {
    /// Sends a request to `peer` and waits up to 10 s for its response.
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
    ///             Ok(sum) => println!("{peer} answered {}", sum.sum),
    ///             Err(HandleError::Request(RequestError::Timeout)) => println!("{peer} did not answer"),
    ///             Err(error) => return Err(error),
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`HandleError::Request`] if the request could not be sent or the response did not arrive in
    /// time, and those of [`OverlayHandle::call`].
    pub async fn request<M: Request>(
        &self,
        peer: &Peer,
        request: M,
    ) -> Result<M::Response, HandleError> {
        self.request_within(peer, request, DEFAULT_TIMEOUT).await
    }

    /// Like [`OverlayHandle::request`], but waits up to `timeout`.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::request`].
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

    /// Like [`OverlayHandle::request_within`], but sends the request to an address, and accepts a
    /// response of any peer at it.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::request`].
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

    /// Waits until a request with this prefix and number is in the overlay's request cache; returns
    /// at once if there is one. See [`Context::wait_for_request`].
    ///
    /// # Errors
    ///
    /// [`HandleError::Request`] with [`RequestError::Timeout`] if there was none within `timeout`,
    /// or with [`RequestError::Unloaded`]; and those of [`OverlayHandle::register_task`].
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
        // An error means that the overlay was unloaded, and the task with it.
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
                // The caller gave up before this call ran.
                Progress::GivenUp => drop(cx.cancel_request::<M>(number)),
                _ => *state = Progress::Waiting(number),
            }
            Ok::<(), RequestError>(())
        });
        asked.await??;
        // An error means that the node's task ended without an answer.
        let answer = answer.await.map_err(|_| HandleError::Stopped)?;
        *lock(&asker.state) = Progress::Over;
        Ok(answer?)
    }
}

fn tell<C, M: Request>(
    answered: Answered<M>,
) -> impl FnOnce(&mut C, Result<M::Response, RequestError>, &mut Context<'_>) + Send + 'static {
    // An error means that the caller gave up, so the answer is too late.
    move |_, answer, _| drop(answered.send(answer))
}

/// The progress of a request.
#[derive(Default)]
enum Progress<N> {
    /// The node's task has not sent it yet.
    #[default]
    New,
    /// Sent under this number, and not answered yet.
    Waiting(N),
    /// The caller no longer waits.
    GivenUp,
    /// Answered, or failed.
    Over,
}

type State<N> = Arc<Mutex<Progress<N>>>;

fn lock<N>(state: &State<N>) -> MutexGuard<'_, Progress<N>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cancels its request when dropped.
struct Asker<'a, C: Community, M: Request> {
    overlay: &'a OverlayHandle<C>,
    state: State<M::Identifier>,
}

impl<C: Community, M: Request> Drop for Asker<'_, C, M> {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        if let Progress::Waiting(number) = *state {
            let id = self.overlay.id();
            self.overlay.link.post(move |driver| {
                // An error means that the overlay was unloaded, and the request with it.
                let cancel = |_: &mut C, cx: &mut Context<'_>| cx.cancel_request::<M>(number);
                let _ = driver.engine.call(id, now(), cancel);
            });
        }
        *state = Progress::GivenUp;
    }
}
