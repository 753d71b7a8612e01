//! The handle of one strategy.

use std::fmt;

use super::error::HandleError;
use super::link::Link;
use crate::engine::overlays::StrategyId;
use crate::engine::{ControlError, StrategyInfo, interval_of};
use crate::node::clock::now;
use crate::node::driver::Driver;

/// A handle of one strategy of a running node. It stays valid when other strategies are added or
/// removed.
///
/// None of its calls loses a datagram or disturbs the turns of other strategies.
#[derive(Clone)]
pub struct StrategyHandle {
    link: Link,
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
    pub(super) fn new(link: Link, id: StrategyId) -> Self {
        Self { link, id }
    }

    /// Returns the strategy's id.
    #[must_use]
    pub fn id(&self) -> StrategyId {
        self.id
    }

    /// Returns the strategy's name, its state and its counts.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn info(&self) -> Result<StrategyInfo, HandleError> {
        let id = self.id;
        let info = self.link.ask(move |driver| driver.engine.strategy(id));
        Ok(info.await?.ok_or(ControlError::NoStrategy(id))?)
    }

    /// Pauses the strategy: it has no turns until it is resumed. Does nothing if it is paused.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn pause(&self) -> Result<(), HandleError> {
        self.change(|driver, id| driver.engine.pause_strategy(id, now()))
            .await
    }

    /// Resumes the strategy. It does not catch up on missed turns. Does nothing if it is not
    /// paused.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn resume(&self) -> Result<(), HandleError> {
        self.change(|driver, id| driver.engine.resume_strategy(id, now()))
            .await
    }

    /// Sets the number of peers from which on the strategy skips its turns. -1 never skips, 0
    /// always does.
    ///
    /// # Errors
    ///
    /// [`ControlError`], [`HandleError::Stopped`].
    pub async fn set_target_peers(&self, target_peers: i32) -> Result<(), HandleError> {
        self.change(move |driver, id| driver.engine.set_target_peers(id, target_peers))
            .await
    }

    /// Sets the strategy's own interval in seconds, above 0 and at most 3600; `None` is the walk
    /// interval. The other strategies keep their intervals, and all turns stay evenly spread.
    ///
    /// # Errors
    ///
    /// [`ControlError`], [`HandleError::Stopped`].
    pub async fn set_interval(&self, seconds: impl Into<Option<f64>>) -> Result<(), HandleError> {
        let interval = seconds.into().map(interval_of).transpose()?;
        self.change(move |driver, id| driver.engine.set_strategy_interval(id, interval, now()))
            .await
    }

    /// Removes and drops the strategy. Its overlay stays; other strategies keep their names and
    /// ids.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`HandleError::Stopped`].
    pub async fn remove(&self) -> Result<(), HandleError> {
        self.change(|driver, id| driver.engine.remove_strategy(id, now()))
            .await
    }

    async fn change(
        &self,
        change: impl FnOnce(&mut Driver, StrategyId) -> Result<(), ControlError> + Send + 'static,
    ) -> Result<(), HandleError> {
        let id = self.id;
        let changed = self.link.ask(move |driver| change(driver, id));
        Ok(changed.await??)
    }
}
