//! Removes overlays from an engine.

use std::time::Instant;

use crate::engine::event::{Callback, Event};
use crate::engine::queries::strategies_of;
use crate::engine::state_machine::Engine;
use crate::engine::turn::StrategyKey;
use crate::support::guard::guarded;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Calls `unload` of the overlay `id` and removes it with its strategies. The datagrams it sent
    /// last still leave. Returns `false` if there is no such overlay.
    pub fn unload_overlay(&mut self, id: CommunityId, now: Instant) -> bool {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return false;
        };
        let community = overlay.community();
        let result = overlay.unload(&mut self.shared, now);
        self.note(id, Callback::Unload, result);
        self.settle(now);
        self.report_departures(id);
        self.remove_overlay(id, now);
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay unloaded");
        self.emit(Event::OverlayUnloaded { overlay: id });
        true
    }

    /// Unloads every overlay, the one added last first.
    pub fn unload_all(&mut self, now: Instant) {
        while let Some(id) = self.overlays.last().map(|(id, _)| *id) {
            self.unload_overlay(id, now);
        }
    }

    /// Reports to listeners that the overlay loses all its peers. A shared graph may keep them, and
    /// reports them again when the overlay is loaded again.
    fn report_departures(&mut self, id: CommunityId) {
        let Some(network) = self.network_of(id) else {
            return;
        };
        let peers: Vec<_> = network.peers_for_service(id).cloned().collect();
        for peer in peers {
            self.emit(Event::PeerRemoved { overlay: id, peer });
        }
    }

    pub(super) fn remove_overlay(&mut self, id: CommunityId, now: Instant) {
        if let Some(overlay) = self.overlays.get_mut(&id) {
            let state = overlay.state_mut();
            if guarded(|| state.end_tasks(true, &mut self.shared)).is_err() {
                state.tasks.shut_down();
            }
            state.stay_asleep(&mut self.shared.timers);
        }
        self.observers.retain(|observer| *observer != id);
        if let Some(overlay) = self.overlays.shift_remove(&id) {
            let community = overlay.community();
            self.names.remove(&overlay.state().name);
            let keys = strategies_of(overlay.as_ref()).map(|strategy| StrategyKey {
                overlay: id,
                strategy: strategy.id,
            });
            self.scheduler.remove_all(keys, now);
            if guarded(|| drop(overlay)).is_err() {
                self.report_panic_of(community, id, Callback::Unload);
            }
        }
        self.shared.overlay_keys.shift_remove(&id);
        self.shared.network.unregister_service(id);
    }
}
