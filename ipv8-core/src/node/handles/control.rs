//! Changes to a running node: its overlays, strategies, intervals and pacing.

use super::error::HandleError;
use super::ipv8::Ipv8;
use super::overlay::OverlayHandle;
use super::strategy::StrategyHandle;
use crate::engine::overlays::Strategies;
use crate::engine::turns::pacing::PacingConfig;
use crate::engine::{Health, OverlayConfig, StrategyInfo, interval_of};
use crate::node::clock::now;
use crate::overlay::community::Community;

impl Ipv8 {
    /// Returns the strategies of all overlays, with their state and their counts.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn strategies(&self) -> Result<Vec<StrategyInfo>, HandleError> {
        self.link.ask(|driver| driver.engine.strategies()).await
    }

    /// Returns a handle of a strategy, by the names of its overlay and of the strategy.
    ///
    /// An overlay is named as in [`Ipv8::overlay_by_name`]. A strategy is named by its type without
    /// path, with a number if it is not the first of that type in its overlay (`RandomWalk`,
    /// `RandomWalk#2`); or by the number of its [`StrategyId`](crate::engine::StrategyId).
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
    /// [`HandleError::Name`], which lists the names; [`HandleError::Stopped`].
    pub async fn strategy(
        &self,
        overlay: &str,
        strategy: &str,
    ) -> Result<StrategyHandle, HandleError> {
        let (overlay, strategy) = (overlay.to_owned(), strategy.to_owned());
        let found = self.link.ask(move |driver| {
            let overlay = driver.engine.find_overlay_by_name(&overlay)?;
            driver.engine.find_strategy_by_name(overlay, &strategy)
        });
        Ok(StrategyHandle::new(self.link.clone(), found.await??))
    }

    /// Sets the walk interval in seconds, above 0 and at most 3600: the time in which every
    /// strategy without an interval of its own has one turn.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`](crate::engine::ControlError::Interval), [`HandleError::Stopped`].
    pub async fn set_walk_interval(&self, seconds: f64) -> Result<(), HandleError> {
        let interval = interval_of(seconds)?;
        let changed = self
            .link
            .ask(move |driver| driver.engine.set_walk_interval(interval, now()));
        Ok(changed.await??)
    }

    /// Allows the node to lengthen all intervals in proportion while it is overloaded, until the
    /// walk interval is `seconds` long, and at most ten times its configured value; `None` forbids
    /// it. A quarter of a walk interval after the overload has ended, they are back to normal.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`](crate::engine::ControlError::Interval) for a value that is not
    /// above 0 and at most 3600, [`HandleError::Stopped`].
    pub async fn set_walk_scaling(
        &self,
        seconds: impl Into<Option<f64>>,
    ) -> Result<(), HandleError> {
        let longest = seconds.into().map(interval_of).transpose()?;
        let changed = self
            .link
            .ask(move |driver| driver.engine.set_walk_scaling(longest, now()));
        Ok(changed.await??)
    }

    /// Returns how late turns begin, and whether the node is overloaded. [`Ipv8::events`] reports
    /// changes.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn health(&self) -> Result<Health, HandleError> {
        self.link.ask(|driver| driver.engine.health()).await
    }

    /// Returns how the datagrams of a step are spread.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn pacing(&self) -> Result<PacingConfig, HandleError> {
        self.link.ask(|driver| driver.engine.pacing().clone()).await
    }

    /// Sets how the datagrams of a step are spread, from now on. Held datagrams keep their times;
    /// if `pacing` is disabled, all of them leave at once.
    ///
    /// # Errors
    ///
    /// [`HandleError::PacingConfig`] for a value out of range, [`HandleError::Stopped`].
    pub async fn set_pacing(&self, pacing: PacingConfig) -> Result<(), HandleError> {
        pacing.check()?;
        self.link
            .ask(move |driver| driver.engine.set_pacing(pacing, now()))
            .await
    }

    /// Creates a community of type `C`, adds it to the running node as an overlay with
    /// `strategies`, and returns a handle of it. The other overlays receive and handle datagrams as
    /// before.
    ///
    /// `config` needs only the key of the overlay's own peer ([`OverlayConfig::new`]). Overlays can
    /// have different keys.
    ///
    /// # Errors
    ///
    /// [`HandleError::Overlay`] if its id or name is in use, its settings are invalid, or it could
    /// not be created; the node is then unchanged. [`HandleError::Stopped`].
    pub async fn load_overlay<C: Community>(
        &self,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
    ) -> Result<OverlayHandle<C>, HandleError> {
        let loaded = self.link.ask(move |driver| {
            let engine = &mut driver.engine;
            let id = engine.add_overlay::<C>(config, settings, strategies, now())?;
            Ok::<_, HandleError>((id, engine.overlays()))
        });
        let (id, overlays) = loaded.await??;
        self.link.set_launched(overlays);
        Ok(self.overlay_by_id(id))
    }

    /// Unloads the overlay with this name (see [`Ipv8::overlay_by_name`]) and its strategies.
    /// Messages that it sent before still leave.
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`], which lists the names; [`HandleError::Stopped`].
    pub async fn unload(&self, name: &str) -> Result<(), HandleError> {
        let name = name.to_owned();
        let unloaded = self.link.ask(move |driver| {
            let id = driver.engine.find_overlay_by_name(&name)?;
            driver.engine.unload_overlay(id, now());
            Ok::<_, HandleError>(())
        });
        unloaded.await?
    }
}
