//! Overdue requests, tasks and futures that are done.

use std::time::Instant;

use crate::engine::event::{Callback, Event};
use crate::engine::overlay_map::with_serial;
use crate::engine::state_machine::Engine;
use crate::overlay::context::{FinishedTask, TaskEvent};
use crate::state::watch::Work;
use crate::support::guard::guarded;
use crate::wire::packet::CommunityId;

/// The number of overdue requests and tasks that one [`Input::Timeout`] handles, before turns and
/// datagrams are next; the rest waits for the next `Input::Timeout`.
///
/// It handles at most this many overlays, and at least one request and one task of each. Each
/// request or task is one call of the community, so this bounds how long many that are due at once
/// delay a turn or a datagram.
///
/// [`Input::Timeout`]: crate::engine::Input::Timeout
pub const TIMEOUTS_AT_ONCE: usize = 256;

impl Engine {
    /// Handles overdue requests and tasks, at most [`TIMEOUTS_AT_ONCE`].
    pub(super) fn expire(&mut self, now: Instant) {
        // Collected before any is run, so that a handler that re-arms a zero timeout cannot loop
        // here.
        let timers = &mut self.shared.timers;
        let due = std::iter::from_fn(|| timers.pop_expired(now)).take(TIMEOUTS_AT_ONCE);
        let due: Vec<_> = due.map(|(_, overlay)| overlay).collect();
        let mut left = TIMEOUTS_AT_ONCE;
        for id in due {
            let Some(overlay) = self.overlays.get_mut(&id) else {
                continue;
            };
            // At least one, so that a busy overlay cannot block the overlays after it for good.
            let begun = self.shared.enter(id, Work::RequestTimeout);
            let expired = overlay.expire_requests(&mut self.shared, left.max(1), now);
            self.shared.leave(begun);
            left = left.saturating_sub(expired.requests);
            let (run, events) = overlay.run_tasks(&mut self.shared, left.max(1), now);
            left = left.saturating_sub(run);
            for _ in 0..expired.panics {
                self.report_panic(id, Callback::RequestTimeout);
            }
            for event in events {
                self.report_task(id, event);
            }
        }
    }

    /// Passes the result of a future to its overlay. Drops it if the overlay was unloaded; a task
    /// that was cancelled meanwhile is ignored by the overlay.
    pub(super) fn finish(&mut self, finished: FinishedTask, now: Instant) {
        let task = finished.id();
        let id = task.overlay();
        let Some(overlay) = with_serial(&mut self.overlays, id, task.serial()) else {
            // The result is the user's, and may panic when it is dropped.
            let _ = guarded(|| drop(finished));
            return;
        };
        if let Some(event) = overlay.finish_task(finished, &mut self.shared, now) {
            self.report_task(id, event);
        }
    }

    fn report_task(&mut self, overlay: CommunityId, event: TaskEvent) {
        match event {
            TaskEvent::Panicked(name) => self.report_panic(overlay, Callback::Task(name)),
            TaskEvent::Old(name, age) => {
                tracing::warn!(%overlay, task = %name, ?age, "a task has been running for a long time");
                self.emit(Event::OldTask { overlay, name, age });
            }
        }
    }
}
