//! What can be done to the strategies of a running node. None of it loses a datagram, and none of it moves the turns of the other
//! strategies by more than the [scheduler](crate::engine::turns::scheduler) says.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::overlays::{StrategyId, guarded};
use crate::engine::{Engine, Event, Place, StrategyChange, Turn};
use crate::wire::packet::CommunityId;

/// The longest interval of a strategy, and of the walk: a slower one could not tell from standing still.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(3600);

/// Why a strategy was not changed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such strategy (any more).
    #[error("strategy {0} is not there: it was removed, or its overlay was unloaded")]
    NoStrategy(StrategyId),
    /// A target below -1.
    #[error("target_peers = {0}: use -1 for no limit, or 0 and above")]
    Target(i32),
    /// An interval, in seconds, that is not above 0 and at most [`LONGEST_INTERVAL`].
    #[error("an interval of {0} seconds: give more than 0 and at most {longest}", longest = LONGEST_INTERVAL.as_secs())]
    Interval(f64),
}

/// The interval of so many seconds: more than 0 (a nanosecond at least) and at most [`LONGEST_INTERVAL`].
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

pub(super) fn check(interval: Duration) -> Result<(), ControlError> {
    if is_usable(interval) {
        Ok(())
    } else {
        Err(ControlError::Interval(interval.as_secs_f64()))
    }
}

impl Engine {
    /// Removes the strategy `id` at the time `now` and drops it.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn remove_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let turn = self.turn_of(id)?;
        let overlay = self.overlays.get_mut(&turn.overlay);
        let removed = overlay.and_then(|overlay| overlay.remove_strategy(id));
        self.scheduler.remove_all([turn], now);
        let (state, strategy) = removed.ok_or(ControlError::NoStrategy(id))?;
        self.emit(Event::StrategyRemoved {
            overlay: turn.overlay,
            id,
            name: state.name,
        });
        // It is the user's, and may panic even now.
        if guarded(|| drop(strategy)).is_err() {
            self.note_panic(turn.overlay, Place::Unload);
        }
        Ok(())
    }

    /// Lets the strategy `id` take no turns from `now` on. Does nothing if it pauses.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn pause_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let turn = self.turn_of(id)?;
        if self.scheduler.pause(turn, now) {
            self.changed(turn, StrategyChange::Paused);
        }
        Ok(())
    }

    /// Lets the strategy `id` take turns again from `now` on. What it missed meanwhile is not made up for. Does nothing if it does
    /// not pause.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`].
    pub fn resume_strategy(&mut self, id: StrategyId, now: Instant) -> Result<(), ControlError> {
        let turn = self.turn_of(id)?;
        if self.scheduler.resume(turn, now) {
            self.changed(turn, StrategyChange::Resumed);
        }
        Ok(())
    }

    /// Has the strategy `id` skipped from now on while its overlay has `target_peers` peers or more; -1 never skips, 0 always does.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`ControlError::Target`] below -1.
    pub fn set_target_peers(
        &mut self,
        id: StrategyId,
        target_peers: i32,
    ) -> Result<(), ControlError> {
        let turn = self.turn_of(id)?;
        if target_peers < -1 {
            return Err(ControlError::Target(target_peers));
        }
        let overlay = self.overlays.get_mut(&turn.overlay);
        let strategy = overlay.and_then(|overlay| overlay.strategy_mut(id));
        let strategy = strategy.ok_or(ControlError::NoStrategy(id))?;
        if std::mem::replace(&mut strategy.target_peers, target_peers) != target_peers {
            self.changed(turn, StrategyChange::Target(target_peers));
        }
        Ok(())
    }

    /// Gives the strategy `id` one turn per `interval` from `now` on, whatever the walk interval; `None`: per walk interval. Of the
    /// time until its next turn the same share is left; the other strategies keep their intervals.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoStrategy`], [`ControlError::Interval`] for 0 and above [`LONGEST_INTERVAL`].
    pub fn set_strategy_interval(
        &mut self,
        id: StrategyId,
        interval: Option<Duration>,
        now: Instant,
    ) -> Result<(), ControlError> {
        let turn = self.turn_of(id)?;
        interval.map_or(Ok(()), check)?;
        if self.scheduler.set_own_interval(turn, interval, now) {
            self.changed(turn, StrategyChange::Interval(interval));
        }
        Ok(())
    }

    /// Gives every strategy without an interval of its own one turn per `interval` from `now` on. Of the time until the next turn
    /// the same share is left.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`] for 0 and above [`LONGEST_INTERVAL`].
    pub fn set_walk_interval(
        &mut self,
        interval: Duration,
        now: Instant,
    ) -> Result<(), ControlError> {
        check(interval)?;
        if interval != self.scheduler.interval() {
            self.scheduler.set_interval(interval, now);
            self.fit_scaling(now);
            self.emit(Event::WalkInterval(interval));
        }
        Ok(())
    }

    /// The time in which every strategy without an interval of its own gets one turn.
    #[must_use]
    pub fn walk_interval(&self) -> Duration {
        self.scheduler.interval()
    }

    fn turn_of(&self, strategy: StrategyId) -> Result<Turn, ControlError> {
        let overlay = self.overlay_of(strategy);
        let overlay = overlay.ok_or(ControlError::NoStrategy(strategy))?;
        Ok(Turn { overlay, strategy })
    }

    fn changed(&mut self, turn: Turn, change: StrategyChange) {
        let Some(info) = self.strategy_info(turn) else {
            return;
        };
        tracing::debug!(overlay = %turn.overlay, strategy = %info.name, ?change, "strategy changed");
        self.emit(Event::StrategyChanged {
            overlay: turn.overlay,
            id: turn.strategy,
            name: info.name,
            change,
        });
    }

    /// Lets the strategies with the ids of these numbers, which are new, take turns, and tells of them.
    pub(super) fn schedule(&mut self, overlay: CommunityId, numbers: Range<u64>, now: Instant) {
        for strategy in numbers.map(StrategyId::from_number) {
            let first = self.first_turn(now);
            let turn = Turn { overlay, strategy };
            self.scheduler.insert(turn, None, first, now);
            let Some(loaded) = self.overlays.get(&overlay) else {
                return;
            };
            let Some((_, state)) = loaded.strategy(strategy) else {
                continue;
            };
            let name = state.name;
            if state.target_peers < 0 && name.type_name() == "RandomWalk" {
                tracing::warn!(%overlay, community = loaded.community(), strategy = %name, "no target_peers: this walk never rests, whatever number of peers the overlay has; 20 is usual");
            }
            self.emit(Event::StrategyAdded {
                overlay,
                id: strategy,
                name,
            });
        }
    }
}
