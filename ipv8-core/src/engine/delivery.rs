//! Delivers opened datagrams to their overlay.

use std::time::Instant;

use crate::engine::event::Callback;
use crate::engine::state_machine::Engine;
use crate::engine::ticket::Opened;
use crate::state::stats::DropReason;
use crate::state::watch::Work;

impl Engine {
    pub(super) fn deliver(&mut self, opened: Opened, now: Instant) {
        let Opened {
            overlay: key,
            source,
            id: message,
            class,
            body,
        } = opened;
        let _span =
            tracing::debug_span!("message", overlay = %key.id, id = message, %source).entered();
        let delivered = match (body, key.get(&mut self.overlays)) {
            (Err(failure), _) => Err(failure.reason()),
            // It was unloaded while the datagram was being opened.
            (Ok(_), None) => Err(DropReason::Unloaded),
            (Ok(body), Some(overlay)) => {
                let begun = self.shared.enter(key.id, Work::Message(message));
                let delivered = overlay.deliver(source, body, &mut self.shared, now);
                self.shared.leave(begun);
                delivered.unwrap_or(Err(DropReason::HandlerPanicked))
            }
        };
        if let Err(reason) = delivered {
            tracing::debug!(%source, reason = reason.name(), "datagram dropped");
            self.shared.stats.record_class(class, reason, 1);
            if reason == DropReason::HandlerPanicked {
                self.report_panic(key.id, Callback::Message(message));
            }
        }
    }
}
