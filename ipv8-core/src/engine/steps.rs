//! Turns: when one begins, the step of its strategy, and when it is over.

use std::time::{Duration, Instant};

use crate::engine::event::{Callback, Event, StepReport};
use crate::engine::overlays::{StepOutcome, StrategyName};
use crate::engine::state_machine::Engine;
use crate::engine::turn::{StrategyKey, Turn};

/// A turn that has begun: the step that the driver takes next.
#[must_use = "the strategy does nothing in its turn until the step is taken"]
pub struct Step<'a> {
    engine: &'a mut Engine,
    key: StrategyKey,
    strategy: StrategyName,
    /// The index of the strategy within its overlay.
    index: usize,
    now: Instant,
}

/// A step that was taken.
#[derive(Clone, Copy, Debug)]
pub struct StepDone {
    /// The same report as in [`Event::Step`].
    pub report: StepReport,
    /// `true` if the step sent more than leaves in half of its slot, which delays the next turn.
    pub overrun: bool,
    /// The gap between two turns, to compare the duration of the step with.
    pub gap: Duration,
}

impl Step<'_> {
    /// Returns the name of the strategy.
    #[must_use]
    pub fn strategy(&self) -> StrategyName {
        self.strategy
    }

    /// Calls the strategy, unless its overlay has its target peers.
    pub fn take(self) -> StepDone {
        let now = self.now;
        let engine = self.engine;
        let done = engine.step(self.key, self.strategy, self.index, now);
        engine.settle(now);
        done
    }
}

impl Engine {
    /// Does everything that [`Input::Timeout`](crate::engine::Input::Timeout) does except the
    /// strategy's step: handles overdue requests and tasks, releases held datagrams and begins a
    /// turn if its time has come.
    ///
    /// Returns the step, so that the driver can time it alone.
    pub fn begin_turn(&mut self, now: Instant) -> Option<Step<'_>> {
        let probed = self.monitor.take_probe(now);
        self.expire(now);
        self.release(now);
        let taken = match self.has_open_turn() {
            true => None,
            false => self.scheduler.take(now),
        };
        let mut lag = None;
        if taken.is_some() {
            lag = Some(self.scheduler.lag());
            self.shared.lag = self.scheduler.lag();
            self.turn = Some(Turn::new(now));
        }
        if let Some(lag) = lag.max(probed) {
            self.note_lag(lag, now);
        }
        let Some((key, index, strategy)) = taken.and_then(|key| self.locate(key)) else {
            if taken.is_some() {
                self.skip_turn();
            }
            self.settle(now);
            return None;
        };
        Some(Step {
            engine: self,
            key,
            strategy,
            index,
            now,
        })
    }

    /// Returns the index of a strategy within its overlay, and its name.
    fn locate(&self, key: StrategyKey) -> Option<(StrategyKey, usize, StrategyName)> {
        let overlay = self.overlays.get(&key.overlay)?;
        let (index, strategy) = overlay.strategy(key.strategy)?;
        Some((key, index, strategy.name))
    }

    pub(super) fn timeout(&mut self, now: Instant) {
        if let Some(step) = self.begin_turn(now) {
            step.take();
        }
    }

    fn step(
        &mut self,
        key: StrategyKey,
        strategy: StrategyName,
        index: usize,
        now: Instant,
    ) -> StepDone {
        let _span = tracing::debug_span!("step", overlay = %key.overlay, %strategy).entered();
        let (waiting, was_full) = (self.shared.outbox.len(), self.shared.outbox.is_full());
        let outcome = match self.overlays.get_mut(&key.overlay) {
            Some(overlay) => overlay.take_step(key.strategy, &mut self.shared, now),
            None => StepOutcome::Skipped,
        };
        let datagrams = self.shared.outbox.len().saturating_sub(waiting);
        if !was_full && self.shared.outbox.is_full() {
            let (overlay, callback) = (key.overlay, Callback::Step(strategy));
            self.emit(Event::Flooded { overlay, callback });
        }
        let paced = self.pace(waiting, now);
        match outcome {
            StepOutcome::Skipped => self.skip_turn(),
            StepOutcome::Panicked => self.report_panic(key.overlay, Callback::Step(strategy)),
            StepOutcome::Taken => {}
        }
        tracing::trace!(?outcome, datagrams, delayed = paced.delayed, "stepped");
        let report = StepReport {
            overlay: key.overlay,
            id: key.strategy,
            strategy,
            index,
            at: now,
            peers: self.peer_count(key.overlay),
            skipped: outcome == StepOutcome::Skipped,
            panicked: outcome == StepOutcome::Panicked,
            datagrams,
            delayed: paced.delayed,
        };
        self.emit(Event::Step(report));
        StepDone {
            report,
            overrun: paced.overrun,
            gap: self.scheduler.gap(),
        }
    }

    fn skip_turn(&mut self) {
        if let Some(turn) = &mut self.turn {
            turn.skip();
        }
    }

    /// Returns `true` if the next turn has to wait for the end of this one.
    pub(super) fn has_open_turn(&self) -> bool {
        self.turn.is_some_and(Turn::is_open)
    }

    /// Returns when the next turn begins, or `None` if no strategy runs or a turn is in progress.
    pub(super) fn next_turn(&self) -> Option<Instant> {
        match self.has_open_turn() {
            true => None,
            false => self.scheduler.next_time(),
        }
    }

    /// Returns `true` if only [`Input::Flushed`](crate::engine::Input::Flushed) is missing for the
    /// next turn: a step was taken, and none of its datagrams is held.
    #[must_use]
    pub fn awaits_flush(&self) -> bool {
        self.has_open_turn() && !self.pacer.is_holding()
    }

    /// Handles [`Input::Flushed`](crate::engine::Input::Flushed): ends the turn once none of its
    /// datagrams is held.
    pub(super) fn flushed(&mut self, now: Instant) {
        let Some(turn) = &mut self.turn else { return };
        if let Some(took) = turn.flushed(now) {
            if self.monitor.is_overloaded() {
                self.scheduler.rest(took, now);
            }
            self.monitor.note_step(took);
        }
        if !self.pacer.is_holding() {
            if turn.is_open() {
                self.scheduler.sent_until(now);
            }
            self.turn = None;
        }
    }

    /// Schedules the first turn within one gap from `now`, regardless of when the strategies were
    /// added: for a node that was put together first and goes on the air at `now`. So it does with
    /// the first round of the bootstrappers of each overlay.
    pub fn restart_turns(&mut self, now: Instant) {
        for id in self.overlays.keys().copied().collect::<Vec<_>>() {
            self.schedule_bootstrappers(id, now);
        }
        let first = self.first_turn(now);
        self.scheduler.restart(first);
    }

    /// Returns a random time within one gap from `now`, so that nodes that start together do not
    /// step together.
    pub(super) fn first_turn(&mut self, now: Instant) -> Instant {
        use rand::RngExt;
        now + self
            .scheduler
            .gap()
            .mul_f64(self.shared.rng.random::<f64>())
    }
}
