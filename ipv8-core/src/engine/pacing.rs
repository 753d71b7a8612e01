//! Where the engine and its [`Pacer`](crate::engine::turns::pacing::Pacer) meet.

use std::time::Instant;

use crate::engine::state_machine::Engine;
use crate::engine::turns::pacing::{Paced, PacingConfig, PacingStats};
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;

impl Engine {
    /// Returns how the datagrams of large steps are spread over time.
    #[must_use]
    pub fn pacing(&self) -> &PacingConfig {
        self.pacer.config()
    }

    /// Changes how the datagrams of later steps are spread. Held datagrams keep their times, unless
    /// pacing is switched off: then all of them may leave now. Values out of range are moved into
    /// their range.
    pub fn set_pacing(&mut self, pacing: PacingConfig, now: Instant) {
        self.pacer.set_config(pacing, now);
    }

    /// Returns the stats about held datagrams.
    #[must_use]
    pub fn pacing_stats(&self) -> PacingStats {
        self.pacer.stats()
    }

    /// Returns when the next held datagram leaves. [`Engine::poll_timeout`] is never later.
    #[must_use]
    pub fn next_release(&self) -> Option<Instant> {
        self.pacer.next()
    }

    /// Drops all held datagrams, because the node stops, and counts them. Returns their number.
    pub fn drop_held(&mut self) -> u64 {
        let dropped = self.pacer.drop_held();
        let stats = &mut self.shared.stats;
        stats.record_many(DropReason::Stopped, dropped);
        dropped
    }

    pub(super) fn next_to_send(&mut self) -> Option<Outgoing> {
        self.pacer.pop().or_else(|| self.shared.outbox.pop())
    }

    /// Holds the datagrams of the last step that are beyond the budget. Before the step, `waiting`
    /// datagrams were queued.
    pub(super) fn pace(&mut self, waiting: usize, now: Instant) -> Paced {
        let (gap, outbox) = (self.scheduler.gap(), &mut self.shared.outbox);
        self.pacer.pace(outbox, waiting, gap, now)
    }

    pub(super) fn release(&mut self, now: Instant) {
        // Datagrams that expired requests and tasks have just sent come after held ones for the
        // same destinations.
        self.keep_order(now);
        self.pacer.release(now);
    }

    /// Queues new datagrams behind held ones for the same destinations. None of the datagrams in
    /// the outbox is of the step whose datagrams are held.
    pub(super) fn keep_order(&mut self, now: Instant) {
        let dropped = self.pacer.keep_order(&mut self.shared.outbox, now);
        let stats = &mut self.shared.stats;
        stats.record_many(DropReason::QueueFull, dropped);
    }
}
