//! The handle of one overlay.

use std::fmt;
use std::marker::PhantomData;

use super::error::HandleError;
use super::link::Link;
use super::strategy::StrategyHandle;
use crate::engine::overlays::Strategies;
use crate::engine::{CallError, OverlayInfo};
use crate::node::clock::now;
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

/// A handle of one overlay of a running node.
///
/// Clones are the same overlay. When the overlay is unloaded, the calls of its handles return
/// [`CallError::NotLoaded`].
pub struct OverlayHandle<C> {
    pub(super) link: Link,
    id: CommunityId,
    community: PhantomData<fn() -> C>,
}

impl<C> Clone for OverlayHandle<C> {
    fn clone(&self) -> Self {
        Self {
            link: self.link.clone(),
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
    pub(super) fn new(link: Link, id: CommunityId) -> Self {
        Self {
            link,
            id,
            community: PhantomData,
        }
    }

    /// Returns the overlay's community id.
    #[must_use]
    pub fn id(&self) -> CommunityId {
        self.id
    }

    /// Runs `call` with the community on the node's own task, between two inputs, and returns its
    /// result. Messages that it sends leave after it. It must not block.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: the node has stopped, the overlay is not loaded, or `call` panicked.
    pub async fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut C, &mut Context<'_>) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let id = self.id;
        let answer = self
            .link
            .ask(move |driver| driver.engine.call(id, now(), call));
        Ok(answer.await??)
    }

    /// Returns the verified peers of the overlay.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::call`].
    pub async fn peers(&self) -> Result<Vec<Peer>, HandleError> {
        self.call(|_, cx| cx.peers().cloned().collect()).await
    }

    /// Returns the overlay's name, its strategies and their counts.
    ///
    /// # Errors
    ///
    /// [`CallError::NotLoaded`], [`HandleError::Stopped`].
    pub async fn info(&self) -> Result<OverlayInfo, HandleError> {
        let id = self.id;
        let info = self.link.ask(move |driver| driver.engine.overlay(id));
        Ok(info.await?.ok_or(CallError::NotLoaded)?)
    }

    /// Returns a handle of the overlay's strategy with this name: its type without path, with a
    /// number if it is not the first of that type (`RandomWalk`, `RandomWalk#2`).
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`], which lists the names; [`CallError::NotLoaded`];
    /// [`HandleError::Stopped`].
    pub async fn strategy(&self, name: &str) -> Result<StrategyHandle, HandleError> {
        let (id, name) = (self.id, name.to_owned());
        let found = self.link.ask(move |driver| {
            driver.engine.overlay(id).ok_or(CallError::NotLoaded)?;
            let found = driver.engine.find_strategy_by_name(id, &name);
            Ok::<_, HandleError>(found?)
        });
        Ok(StrategyHandle::new(self.link.clone(), found.await??))
    }

    /// Adds strategies to the overlay and returns their handles. Each has its first turn after all
    /// other strategies had one.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: the node has stopped, the overlay is not loaded, or a target is below -1.
    pub async fn add_strategies(
        &self,
        strategies: Strategies<C>,
    ) -> Result<Vec<StrategyHandle>, HandleError> {
        let id = self.id;
        let added = self
            .link
            .ask(move |driver| driver.engine.add_strategies(id, strategies, now()));
        let added = added.await???.into_iter();
        let handle = |id| StrategyHandle::new(self.link.clone(), id);
        Ok(added.map(handle).collect())
    }

    /// Adds a strategy that has turns until the overlay has `target_peers` peers; -1 means always.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::add_strategies`].
    pub async fn add_strategy<S: DiscoveryStrategy<C>>(
        &self,
        strategy: S,
        target_peers: i32,
    ) -> Result<StrategyHandle, HandleError> {
        let mut strategies = Strategies::new();
        strategies.add_strategy(target_peers, strategy);
        let added = self.add_strategies(strategies).await?;
        Ok(added.into_iter().next().ok_or(CallError::NotLoaded)?)
    }

    /// Unloads the overlay with its strategies. Returns `true` if it was loaded.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn unload(&self) -> Result<bool, HandleError> {
        let id = self.id;
        self.link
            .ask(move |driver| driver.engine.unload_overlay(id, now()))
            .await
    }
}
