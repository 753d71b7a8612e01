//! Changing a running node: its strategies and overlays, by name and by handle.

use std::fmt;

use crate::engine::overlays::{Strategies, StrategyId};
use crate::engine::turns::pacing::PacingConfig;
use crate::engine::{
    CallError, ControlError, Health, OverlayConfig, OverlayInfo, StrategyInfo, interval_of,
};
use crate::node::clock::now;
use crate::node::driver::Node;
use crate::node::handle::{HandleError, Ipv8};
use crate::node::overlay_handle::OverlayHandle;
use crate::overlay::community::Community;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::wire::packet::CommunityId;

impl Ipv8 {
    /// The strategies of all overlays as they are now, with what they have done.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn strategies(&self) -> Result<Vec<StrategyInfo>, HandleError> {
        self.ask(|node| node.engine.strategies()).await
    }

    /// A handle of the strategy that `strategy` stands for now in the overlay that `overlay` stands for.
    ///
    /// An overlay is named by its name (that of its launcher, if it has one), by its community type (without path) if no other overlay
    /// has that, or by its community id in hexadecimal. A strategy is named by its name: its type (without path), with a number if it
    /// is not the first of that type in its overlay (`RandomWalk`, `RandomWalk#2`); or by the number of its
    /// [`StrategyId`].
    ///
    /// ```no_run
    /// # async fn slow_down(ipv8: ipv8_core::Ipv8) -> Result<(), ipv8_core::node::HandleError> {
    /// let walk = ipv8.strategy("MyLauncher", "RandomWalk").await?;
    /// walk.set_target_peers(5).await?;
    /// walk.set_interval(2.0).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`], which says what there is; [`HandleError::Stopped`].
    pub async fn strategy(
        &self,
        overlay: &str,
        strategy: &str,
    ) -> Result<StrategyHandle, HandleError> {
        let (overlay, strategy) = (overlay.to_owned(), strategy.to_owned());
        let found = self.ask(move |node| {
            let overlay = node.engine.find_overlay_by_name(&overlay)?;
            node.engine.find_strategy_by_name(overlay, &strategy)
        });
        Ok(self.strategy_by_id(found.await??))
    }

    /// A handle of the strategy `id`; nothing is checked before the first call.
    #[must_use]
    pub fn strategy_by_id(&self, id: StrategyId) -> StrategyHandle {
        StrategyHandle {
            ipv8: self.clone(),
            id,
        }
    }

    /// Gives every strategy without an interval of its own one turn per so many seconds from now on: above 0, at most 3600.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`], [`HandleError::Stopped`].
    pub async fn set_walk_interval(&self, seconds: f64) -> Result<(), HandleError> {
        let interval = interval_of(seconds)?;
        let changed = self.ask(move |node| node.engine.set_walk_interval(interval, now()));
        Ok(changed.await??)
    }

    /// Lets the node make all intervals longer while it is overloaded, in proportion, until the walk interval is so many seconds, and at
    /// most ten times what it is configured to be; `None`: never. They are what they were a quarter of a walk interval after the load is
    /// gone ([`Engine::set_walk_scaling`](crate::engine::Engine::set_walk_scaling)).
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`] for what is not above 0 and at most 3600, [`HandleError::Stopped`].
    pub async fn set_walk_scaling(
        &self,
        seconds: impl Into<Option<f64>>,
    ) -> Result<(), HandleError> {
        let longest = seconds.into().map(interval_of).transpose()?;
        let changed = self.ask(move |node| node.engine.set_walk_scaling(longest, now()));
        Ok(changed.await??)
    }

    /// How the node keeps up with its turns: its lag, and whether it is overloaded. [`Ipv8::events`] tells when that changes.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn health(&self) -> Result<Health, HandleError> {
        self.ask(|node| node.engine.health()).await
    }

    /// How what steps send is spread over their slots.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn pacing(&self) -> Result<PacingConfig, HandleError> {
        self.ask(|node| node.engine.pacing().clone()).await
    }

    /// Spreads what steps send from now on like this. What is held keeps its times; with pacing switched off all of it leaves now.
    ///
    /// # Errors
    ///
    /// [`HandleError::PacingConfig`] for a value out of its range, [`HandleError::Stopped`].
    pub async fn set_pacing(&self, pacing: PacingConfig) -> Result<(), HandleError> {
        pacing.check()?;
        self.ask(move |node| node.engine.set_pacing(pacing, now()))
            .await
    }

    /// Makes a community of type `C` and adds it to the running node as an overlay, walked by `strategies`. Datagrams of the other
    /// overlays are received and handled as before. Returns a handle of the new overlay.
    ///
    /// [`OverlayConfig::new`] with the key of its own peer is all that `config` needs; overlays can have different keys.
    ///
    /// # Errors
    ///
    /// [`HandleError::Overlay`]: its id or name is in use, its settings make no sense, or it could not be made; the node is then as
    /// before. [`HandleError::Stopped`].
    pub async fn load_overlay<C: Community>(
        &self,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
    ) -> Result<OverlayHandle<C>, HandleError> {
        let loaded = self.ask(move |node| {
            let engine = &mut node.engine;
            let id = engine.add_overlay::<C>(config, settings, strategies, now())?;
            Ok::<_, HandleError>((id, engine.overlays()))
        });
        let (id, overlays) = loaded.await??;
        self.set_launched(overlays);
        Ok(self.overlay_by_id(id))
    }

    /// Unloads the overlay that `name` stands for (see [`Ipv8::strategy`]), with its strategies. What it sent last still leaves.
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`], which says what there is; [`HandleError::Stopped`].
    pub async fn unload(&self, name: &str) -> Result<(), HandleError> {
        let name = name.to_owned();
        let unloaded = self.ask(move |node| {
            let id = node.engine.find_overlay_by_name(&name)?;
            node.engine.unload_overlay(id, now());
            Ok::<_, HandleError>(())
        });
        unloaded.await?
    }

    /// Lets further strategies take turns for the overlay `id` whose community is a `C`.
    pub(super) async fn add_strategies_to<C: Community>(
        &self,
        id: impl FnOnce(&Node) -> Option<CommunityId> + Send + 'static,
        strategies: Strategies<C>,
    ) -> Result<Vec<StrategyHandle>, HandleError> {
        let added = self.ask(move |node| {
            let id = id(node).ok_or(CallError::NotLoaded)?;
            node.engine.add_strategies(id, strategies, now())
        });
        let added = added.await???.into_iter();
        Ok(added.map(|id| self.strategy_by_id(id)).collect())
    }
}

impl<C: Community> OverlayHandle<C> {
    /// The overlay as it is now: its name, its strategies and what they have done.
    ///
    /// # Errors
    ///
    /// [`CallError::NotLoaded`], [`HandleError::Stopped`].
    pub async fn info(&self) -> Result<OverlayInfo, HandleError> {
        let id = self.id();
        let info = self.ipv8().ask(move |node| node.engine.overlay(id)).await?;
        Ok(info.ok_or(CallError::NotLoaded)?)
    }

    /// A handle of the overlay's strategy that `name` stands for now: its type (without path), with a number if it is not the first
    /// of that type (`RandomWalk`, `RandomWalk#2`).
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`], which says what there is; [`CallError::NotLoaded`], [`HandleError::Stopped`].
    pub async fn strategy(&self, name: &str) -> Result<StrategyHandle, HandleError> {
        let (id, name) = (self.id(), name.to_owned());
        let found = self.ipv8().ask(move |node| {
            node.engine.overlay(id).ok_or(CallError::NotLoaded)?;
            let found = node.engine.find_strategy_by_name(id, &name);
            Ok::<_, HandleError>(found?)
        });
        Ok(self.ipv8().strategy_by_id(found.await??))
    }

    /// Lets further strategies take turns for this overlay, and says which they are. Each has its first turn once all others had
    /// one.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: the node has stopped, the overlay is not loaded, or a target is below -1.
    pub async fn add_strategies(
        &self,
        strategies: Strategies<C>,
    ) -> Result<Vec<StrategyHandle>, HandleError> {
        let id = self.id();
        let added = self.ipv8().add_strategies_to(move |_| Some(id), strategies);
        added.await
    }

    /// Lets one more strategy take turns for this overlay until it has `target_peers` peers; -1: always.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::add_strategies`].
    pub async fn add_strategy<S: DiscoveryStrategy<C>>(
        &self,
        strategy: S,
        target_peers: i32,
    ) -> Result<StrategyHandle, HandleError> {
        let mut strategies = Strategies::new();
        strategies.add_strategy(target_peers, strategy);
        only(self.add_strategies(strategies).await?)
    }
}

/// The only one of several that are one.
pub(super) fn only(added: Vec<StrategyHandle>) -> Result<StrategyHandle, HandleError> {
    Ok(added.into_iter().next().ok_or(CallError::NotLoaded)?)
}

/// A handle of one strategy of a running node. It stays valid when other strategies come and go.
///
/// None of its calls loses a datagram or disturbs the turns of the other strategies: see [`crate::engine::turns::scheduler`].
#[derive(Clone)]
pub struct StrategyHandle {
    ipv8: Ipv8,
    id: StrategyId,
}

impl fmt::Debug for StrategyHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StrategyHandle")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl StrategyHandle {
    /// Which strategy it is.
    #[must_use]
    pub fn id(&self) -> StrategyId {
        self.id
    }

    /// The node.
    pub fn ipv8(&self) -> &Ipv8 {
        &self.ipv8
    }

    /// The strategy as it is now: its name, its state and what it has done.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn info(&self) -> Result<StrategyInfo, HandleError> {
        let id = self.id;
        let info = self.ipv8.ask(move |node| node.engine.strategy(id)).await?;
        Ok(info.ok_or(ControlError::NoStrategy(id))?)
    }

    /// Lets it take no turns until it is resumed. Pausing a strategy that pauses is fine.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn pause(&self) -> Result<(), HandleError> {
        self.change(|node, id| node.engine.pause_strategy(id, now()))
            .await
    }

    /// Lets it take turns again; what it missed is not made up for. Resuming a strategy that runs is fine.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn resume(&self) -> Result<(), HandleError> {
        self.change(|node, id| node.engine.resume_strategy(id, now()))
            .await
    }

    /// Has it skipped while its overlay has `target_peers` peers or more; -1 never skips, 0 always does.
    ///
    /// # Errors
    ///
    /// [`ControlError`], [`HandleError::Stopped`].
    pub async fn set_target_peers(&self, target_peers: i32) -> Result<(), HandleError> {
        self.change(move |node, id| node.engine.set_target_peers(id, target_peers))
            .await
    }

    /// Gives it one turn per so many seconds, above 0 and at most 3600, whatever the walk interval; `None` gives it the walk
    /// interval again. The other strategies keep their intervals, and all turns stay evenly spread.
    ///
    /// # Errors
    ///
    /// [`ControlError`], [`HandleError::Stopped`].
    pub async fn set_interval(&self, seconds: impl Into<Option<f64>>) -> Result<(), HandleError> {
        let interval = seconds.into().map(interval_of).transpose()?;
        self.change(move |node, id| node.engine.set_strategy_interval(id, interval, now()))
            .await
    }

    /// Removes and drops it; its overlay stays. Others keep their names and ids.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn remove(&self) -> Result<(), HandleError> {
        self.change(|node, id| node.engine.remove_strategy(id, now()))
            .await
    }

    async fn change(
        &self,
        change: impl FnOnce(&mut Node, StrategyId) -> Result<(), ControlError> + Send + 'static,
    ) -> Result<(), HandleError> {
        let id = self.id;
        let changed = self.ipv8.ask(move |node| change(node, id));
        Ok(changed.await??)
    }
}
