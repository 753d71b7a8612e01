//! How the node keeps up with its turns, and how far it stretches intervals under overload.

use std::time::{Duration, Instant};

use crate::engine::control::check_interval;
use crate::engine::errors::ControlError;
use crate::engine::event::Event;
use crate::engine::state_machine::Engine;
use crate::engine::turns::health::{Health, Wanted};

impl Engine {
    /// Returns how this node keeps up with its turns.
    #[must_use]
    pub fn health(&self) -> Health {
        self.monitor.health(self.scheduler.missed())
    }

    /// Returns the longest walk interval while the node is overloaded; `None`: it does not change.
    #[must_use]
    pub fn walk_scaling(&self) -> Option<Duration> {
        self.walk_scaling
    }

    /// Lets the node stretch all intervals alike while it is overloaded ([`Health::overloaded`]),
    /// until the walk interval is `longest`, but at most
    /// [`MOST_SLOWDOWN`](crate::engine::turns::health::MOST_SLOWDOWN) times the configured one.
    /// `None`, the default: never.
    ///
    /// Each late turn or probe doubles the intervals, each on-time one halves them: a quarter of a
    /// walk interval after the load ends they are back to normal.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`] for 0 and above
    /// [`LONGEST_INTERVAL`](crate::engine::control::LONGEST_INTERVAL).
    pub fn set_walk_scaling(
        &mut self,
        longest: Option<Duration>,
        now: Instant,
    ) -> Result<(), ControlError> {
        longest.map_or(Ok(()), check_interval)?;
        self.walk_scaling = longest;
        self.fit_scaling(now);
        Ok(())
    }

    /// Fits the highest slowdown to the walk interval.
    pub(super) fn fit_scaling(&mut self, now: Instant) {
        self.monitor
            .set_longest(self.walk_scaling, self.scheduler.interval());
        self.slow_down(now);
    }

    fn slow_down(&mut self, now: Instant) {
        let slowdown = self.monitor.slowdown();
        if slowdown.to_bits() != self.scheduler.slowdown().to_bits() {
            self.scheduler.set_slowdown(slowdown, now);
        }
    }

    /// Notes the lag of a turn or probe that began at `now`.
    pub(super) fn note_lag(&mut self, lag: Duration, now: Instant) {
        let was = self.monitor.is_overloaded();
        if !self.has_open_turn() && self.scheduler.next_time().is_none() {
            // No strategy takes turns any more, so the last step says nothing about the next ones.
            self.monitor.note_step(Duration::ZERO);
        }
        let gap = self.scheduler.gap().div_f64(self.scheduler.slowdown());
        let interval = self.scheduler.interval();
        self.monitor.note_lag(lag, Wanted { interval, gap }, now);
        self.slow_down(now);
        if was != self.monitor.is_overloaded() {
            let health = self.health();
            self.emit(Event::Health(health));
        }
    }
}
