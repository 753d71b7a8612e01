//! What other tasks hold of one overlay of a running node.

use std::fmt;
use std::marker::PhantomData;

use crate::node::clock::now;
use crate::node::handle::{HandleError, Ipv8};
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

/// A handle of one overlay of a running node.
pub struct OverlayHandle<C> {
    ipv8: Ipv8,
    id: CommunityId,
    community: PhantomData<fn() -> C>,
}

impl<C> Clone for OverlayHandle<C> {
    fn clone(&self) -> Self {
        Self {
            ipv8: self.ipv8.clone(),
            id: self.id,
            community: PhantomData,
        }
    }
}

impl<C> fmt::Debug for OverlayHandle<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OverlayHandle")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl<C: Community> OverlayHandle<C> {
    pub(super) fn new(ipv8: Ipv8, id: CommunityId) -> Self {
        Self {
            ipv8,
            id,
            community: PhantomData,
        }
    }

    /// The overlay's community id.
    #[must_use]
    pub fn id(&self) -> CommunityId {
        self.id
    }

    /// The node.
    pub fn ipv8(&self) -> &Ipv8 {
        &self.ipv8
    }

    /// Calls into the community, on the node's own task and between two inputs; what the call
    /// sends leaves after it. It must not block.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: the node has stopped, the overlay is not loaded, or the call panicked.
    pub async fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut C, &mut Context<'_>) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let id = self.id;
        let answer = self
            .ipv8
            .ask(move |node| node.engine.call(id, now(), call))
            .await?;
        Ok(answer?)
    }

    /// The verified peers of the overlay, as they are now.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::call`].
    pub async fn peers(&self) -> Result<Vec<Peer>, HandleError> {
        self.call(|_, cx| cx.peers().cloned().collect()).await
    }

    /// Unloads the overlay, with its strategies. Returns whether it was loaded.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn unload(&self) -> Result<bool, HandleError> {
        let id = self.id;
        self.ipv8
            .ask(move |node| node.engine.unload_overlay(id, now()))
            .await
    }
}
