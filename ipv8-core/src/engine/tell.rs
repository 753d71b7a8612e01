//! What overlays and listeners are told: who came and went, and what panicked.

use std::time::Instant;

use crate::engine::overlays::Panicked;
use crate::engine::{EVENT_LIMIT, Engine, Event, Place};
use crate::state::network::PeerChange;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Tells overlays and listeners what changed, and puts what was sent meanwhile behind what is held.
    pub(super) fn settle(&mut self, now: Instant) {
        self.tell_changes(now);
        self.keep_order(now);
    }

    /// Tells overlays and listeners who came and who went, until nothing changes any more.
    fn tell_changes(&mut self, now: Instant) {
        // Most inputs change nothing.
        if !self.shared.has_news() {
            return;
        }
        for (overlay, name) in std::mem::take(&mut self.shared.bootstrapper_panics) {
            self.note_panic(overlay, Place::Bootstrapper(name));
        }
        for latency in std::mem::take(&mut self.shared.latencies) {
            self.emit(Event::Latency {
                overlay: latency.overlay,
                peer: latency.peer,
                round_trip: latency.round_trip,
            });
        }
        // A callback can cause further changes; a community that keeps doing so gets the rest at
        // the next input instead of an endless loop here.
        for _ in 0..16 {
            let changes = self.take_changes();
            if changes.is_empty() {
                return;
            }
            for (owner, change) in changes {
                self.tell(owner, change, now);
            }
        }
    }

    fn tell(&mut self, owner: Option<CommunityId>, change: PeerChange, now: Instant) {
        let (overlay, result, event) = match change {
            PeerChange::Added(peer) => return self.tell_of_network(owner, &peer, true, now),
            PeerChange::Removed(peer) => return self.tell_of_network(owner, &peer, false, now),
            PeerChange::ServiceAdded { service, peer } => {
                let loaded = self.overlays.get_mut(&service);
                let result = loaded.map_or(Ok(()), |overlay| {
                    overlay.peer_added(&peer, &mut self.shared, now)
                });
                (
                    service,
                    result,
                    Event::PeerAdded {
                        overlay: service,
                        peer,
                    },
                )
            }
            PeerChange::ServiceRemoved { service, peer } => {
                let loaded = self.overlays.get_mut(&service);
                let result = loaded.map_or(Ok(()), |overlay| {
                    overlay.peer_removed(&peer, &mut self.shared, now)
                });
                (
                    service,
                    result,
                    Event::PeerRemoved {
                        overlay: service,
                        peer,
                    },
                )
            }
        };
        self.note(overlay, Place::PeerObserver, result);
        self.emit(event);
    }

    /// Tells the overlays that observe the whole network, which is their own one or the shared one, and listeners.
    fn tell_of_network(
        &mut self,
        owner: Option<CommunityId>,
        peer: &Peer,
        added: bool,
        now: Instant,
    ) {
        let observers = self.observers.iter().copied();
        let observers: Vec<_> = observers.filter(|id| self.looks_at(*id, owner)).collect();
        for id in observers {
            let loaded = self.overlays.get_mut(&id);
            let result = loaded.map_or(Ok(()), |overlay| {
                overlay.network_peer(peer, added, &mut self.shared, now)
            });
            self.note(id, Place::PeerObserver, result);
        }
        let peer = peer.clone();
        self.emit(match added {
            true => Event::NetworkPeerAdded { peer },
            false => Event::NetworkPeerRemoved { peer },
        });
    }

    pub(super) fn emit(&mut self, event: Event) {
        if self.events.len() >= EVENT_LIMIT {
            self.events.pop_front();
            self.events_lost += 1;
        }
        self.events.push_back(event);
    }

    pub(super) fn note_panic(&mut self, overlay: CommunityId, place: Place) {
        let loaded = self.overlays.get(&overlay);
        let community = loaded.map_or("?", |overlay| overlay.community());
        self.note_panic_of(community, overlay, place);
    }

    pub(super) fn note_panic_of(
        &mut self,
        community: &'static str,
        overlay: CommunityId,
        place: Place,
    ) {
        tracing::error!(%overlay, community, %place, "a panic was caught; the node goes on");
        self.shared.stats.panicked();
        self.emit(Event::Panicked { overlay, place });
    }

    pub(super) fn note(
        &mut self,
        overlay: CommunityId,
        place: Place,
        result: Result<(), Panicked>,
    ) {
        if result.is_err() {
            self.note_panic(overlay, place);
        }
    }
}
