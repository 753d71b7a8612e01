//! What steps send leaves by time: where the engine and its [`Pacer`](crate::engine::turns::pacing::Pacer) meet.

use std::time::Instant;

use crate::engine::Engine;
use crate::engine::turns::pacing::{PacingConfig, PacingStats};
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;

impl Engine {
    /// How what steps send is spread.
    #[must_use]
    pub fn pacing(&self) -> &PacingConfig {
        self.pacer.pacing()
    }

    /// Spreads what steps send from now on like this. What is held keeps its times, unless pacing is switched off: then all of it may
    /// leave now. Values out of their range are taken as the nearest within; [`PacingConfig::check`] tells of them.
    pub fn set_pacing(&mut self, pacing: PacingConfig, now: Instant) {
        self.pacer.set_pacing(pacing, now);
    }

    /// What was held so far, for how long, and what of it was dropped.
    #[must_use]
    pub fn pacing_stats(&self) -> PacingStats {
        self.pacer.counters()
    }

    /// When something that is held leaves next; [`Engine::poll_timeout`] is never later.
    #[must_use]
    pub fn next_release(&self) -> Option<Instant> {
        self.pacer.next()
    }

    /// Forgets what is held, because the node stops, counts it and returns how many datagrams that were.
    pub fn drop_held(&mut self) -> u64 {
        let dropped = self.pacer.drop_held();
        let stats = &mut self.shared.stats;
        stats.record_many(DropReason::Stopped, dropped);
        dropped
    }

    /// Whether the next turn waits for [`Input::Flushed`](crate::engine::Input::Flushed): a step was taken, and nothing of it is held.
    #[must_use]
    pub fn awaits_flush(&self) -> bool {
        self.scheduler.is_awaiting_flush() && !self.pacer.is_holding()
    }

    pub(super) fn next_to_send(&mut self) -> Option<Outgoing> {
        self.pacer.pop().or_else(|| self.shared.outbox.pop())
    }

    /// A driver says this after whatever it does; the turn is over with the last datagram of the step.
    pub(super) fn flushed(&mut self, now: Instant) {
        let rests = self.monitor.is_overloaded();
        if let Some(took) = self.scheduler.returned(rests, now) {
            self.monitor.stepped(took);
        }
        if !self.pacer.is_holding() {
            self.scheduler.sent_until(now);
            self.scheduler.flushed();
        }
    }

    /// Holds what the step that has just been taken sent beyond the budget; before it, `waiting` datagrams were queued.
    pub(super) fn pace(&mut self, waiting: usize, now: Instant) -> usize {
        let (gap, outbox) = (self.scheduler.gap(), &mut self.shared.outbox);
        self.pacer.pace(outbox, waiting, gap, now)
    }

    pub(super) fn release(&mut self, now: Instant) {
        // What timeouts have sent just now comes after what is held for the same destinations.
        self.keep_order(now);
        self.pacer.release(now);
    }

    /// Everything in the outbox is others' than the step's whose datagrams are held.
    pub(super) fn keep_order(&mut self, now: Instant) {
        let dropped = self.pacer.keep_order(&mut self.shared.outbox, now);
        let stats = &mut self.shared.stats;
        stats.record_many(DropReason::QueueFull, dropped);
    }
}
