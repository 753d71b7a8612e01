//! Changes to the strategies of a running node. None of them loses a datagram or disturbs the turns
//! of other strategies by more than the [scheduler](crate::engine::turns::scheduler) allows.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::errors::ControlError;
use crate::engine::event::{Callback, Event, StrategyChange};
use crate::engine::overlays::StrategyId;
use crate::engine::state_machine::Engine;
use crate::engine::turn::StrategyKey;
use crate::support::guard::guarded;
use crate::wire::packet::CommunityId;

/// The longest interval of a strategy, and the longest walk interval: with a longer one a strategy
/// would seem to do nothing.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(3600);

/// Returns an interval of this many seconds: more than 0 (at least a nanosecond) and at most
/// [`LONGEST_INTERVAL`].
///
/// # Errors
///
/// [`ControlError::Interval`] for any other number.
pub fn interval_of(seconds: f64) -> Result<Duration, ControlError> {
    let interval = Duration::try_from_secs_f64(seconds).ok();
    let interval = interval.filter(|interval| is_usable(*interval));
    interval.ok_or(ControlError::Interval(seconds))
}

fn is_usable(interval: Duration) -> bool {
    !interval.is_zero() && interval <= LONGEST_INTERVAL
}

pub(super) fn check_interval(interval: Duration) -> Result<(), ControlError> {
    if is_usable(interval) {
        Ok(())
    } else {
        Err(ControlError::Interval(interval.as_secs_f64()))
    }
}

impl Engine {
    /// Removes and drops the strategy `id` at the time `now`.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn remove_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let key = self.key_of(id)?;
        let overlay = self.overlays.get_mut(&key.overlay);
        let removed = overlay.and_then(|overlay| overlay.remove_strategy(id));
        self.scheduler.remove_all([key], now);
        let (state, strategy) = removed.ok_or(ControlError::NoStrategy(id))?;
        self.emit(Event::StrategyRemoved {
            overlay: key.overlay,
            id,
            name: state.name,
        });
        // Its destructor is user code.
        let dropped = guarded(|| drop(strategy));
        self.note(key.overlay, Callback::Unload, dropped);
        Ok(())
    }

    /// Pauses the strategy `id` from `now` on. Does nothing if it is paused.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn pause_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let key = self.key_of(id)?;
        if self.scheduler.pause(key, now) {
            self.report_strategy_change(key, StrategyChange::Paused);
        }
        Ok(())
    }

    /// Resumes the strategy `id` from `now` on. Missed turns are not made up for. Does nothing if
    /// it is not paused.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn resume_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let key = self.key_of(id)?;
        if self.scheduler.resume(key, now) {
            self.report_strategy_change(key, StrategyChange::Resumed);
        }
        Ok(())
    }

    /// Changes the target of the strategy `id`: it is skipped while its overlay has `target_peers`
    /// peers or more; -1 never skips, 0 always does.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`ControlError::Target`] below -1.
    pub fn set_target_peers(
        &mut self,
        id: StrategyId,
        target_peers: i32,
    ) -> Result<(), ControlError> {
        let key = self.key_of(id)?;
        if target_peers < -1 {
            return Err(ControlError::Target(target_peers));
        }
        let overlay = self.overlays.get_mut(&key.overlay);
        let strategy = overlay.and_then(|overlay| overlay.strategy_mut(id));
        let strategy = strategy.ok_or(ControlError::NoStrategy(id))?;
        if std::mem::replace(&mut strategy.target_peers, target_peers) != target_peers {
            self.report_strategy_change(key, StrategyChange::TargetPeers(target_peers));
        }
        Ok(())
    }

    /// Gives the strategy `id` one turn per `interval` from `now` on; `None`: one per walk
    /// interval. The remaining fraction of the time until its next turn is kept, and the other
    /// strategies keep their intervals.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`ControlError::Interval`] for 0 and above
    /// [`LONGEST_INTERVAL`].
    pub fn set_strategy_interval(
        &mut self,
        id: StrategyId,
        interval: Option<Duration>,
        now: Instant,
    ) -> Result<(), ControlError> {
        let key = self.key_of(id)?;
        interval.map_or(Ok(()), check_interval)?;
        if self.scheduler.set_own_interval(key, interval, now) {
            self.report_strategy_change(key, StrategyChange::Interval(interval));
        }
        Ok(())
    }

    /// Gives every strategy without an interval of its own one turn per `interval` from `now` on.
    /// The remaining fraction of the time until the next turn is kept.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`] for 0 and above [`LONGEST_INTERVAL`].
    pub fn set_walk_interval(
        &mut self,
        interval: Duration,
        now: Instant,
    ) -> Result<(), ControlError> {
        check_interval(interval)?;
        if interval != self.scheduler.interval() {
            self.scheduler.set_interval(interval, now);
            self.fit_scaling(now);
            self.emit(Event::WalkInterval { interval });
        }
        Ok(())
    }

    /// Returns the time in which every strategy without an interval of its own gets one turn.
    #[must_use]
    pub fn walk_interval(&self) -> Duration {
        self.scheduler.interval()
    }

    fn key_of(&self, id: StrategyId) -> Result<StrategyKey, ControlError> {
        self.strategy_key(id).ok_or(ControlError::NoStrategy(id))
    }

    fn report_strategy_change(&mut self, key: StrategyKey, change: StrategyChange) {
        let Some(info) = self.strategy_info(key) else {
            return;
        };
        tracing::debug!(overlay = %key.overlay, strategy = %info.name, ?change, "strategy changed");
        self.emit(Event::StrategyChanged {
            overlay: key.overlay,
            id: key.strategy,
            name: info.name,
            change,
        });
    }

    /// Schedules and reports the new strategies whose ids have these numbers.
    pub(super) fn schedule(&mut self, overlay: CommunityId, numbers: Range<u64>, now: Instant) {
        for strategy in numbers.map(StrategyId::from_number) {
            let first = self.first_turn(now);
            let key = StrategyKey { overlay, strategy };
            self.scheduler.insert(key, None, first, now);
            let Some(loaded) = self.overlays.get(&overlay) else {
                return;
            };
            let Some((_, state)) = loaded.strategy(strategy) else {
                continue;
            };
            let name = state.name;
            if state.target_peers < 0 && name.type_name() == "RandomWalk" {
                tracing::warn!(%overlay, community = loaded.community(), strategy = %name, "no target_peers: this walk never stops, however many peers the overlay has; 20 is usual");
            }
            self.emit(Event::StrategyAdded {
                overlay,
                id: strategy,
                name,
            });
        }
    }
}
