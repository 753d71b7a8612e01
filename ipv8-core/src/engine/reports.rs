//! Reports to overlays and listeners: peers that were added or removed, and panics.

use std::time::Instant;

use crate::engine::event::{Callback, Event};
use crate::engine::state_machine::{EVENT_LIMIT, Engine};
use crate::overlay::community::Call;
use crate::overlay::context::News;
use crate::state::network::PeerChange;
use crate::state::peer::Peer;
use crate::state::watch::Work;
use crate::support::guard::Panicked;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Reports what changed, and queues new datagrams behind held ones for the same destinations.
    pub(super) fn settle(&mut self, now: Instant) {
        self.report_changes(now);
        self.keep_order(now);
    }

    fn report_changes(&mut self, now: Instant) {
        // Most inputs change nothing.
        if !self.shared.has_news() {
            return;
        }
        for news in self.shared.news.take() {
            self.report_news(news);
        }
        // A callback can cause further changes. A community that keeps doing so gets the rest at
        // the next input instead of an endless loop here.
        for _ in 0..16 {
            let changes = self.take_changes();
            if changes.is_empty() {
                return;
            }
            for (owner, change) in changes {
                self.report_change(owner, change, now);
            }
        }
    }

    fn report_news(&mut self, news: News) {
        let event = match news {
            News::BootstrapperPanicked(overlay, name) => {
                return self.report_panic(overlay, Callback::Bootstrapper(name));
            }
            News::Latency(overlay, peer, round_trip) => Event::Latency {
                overlay,
                peer,
                round_trip,
            },
            News::Flooded(overlay, work) => Event::Flooded {
                overlay,
                callback: work.into(),
            },
            News::BudgetUsedUp(overlay, budget) => Event::BudgetUsedUp { overlay, budget },
            News::PeerMoved(overlay, peer, from) => Event::PeerMoved {
                overlay,
                peer,
                from,
            },
            News::WanAddress(overlay, estimate) => Event::WanAddress { overlay, estimate },
        };
        self.emit(event);
    }

    fn report_change(&mut self, owner: Option<CommunityId>, change: PeerChange, now: Instant) {
        match change {
            PeerChange::Added(peer) => self.report_network_peer(owner, peer, true, now),
            PeerChange::Removed(peer) => self.report_network_peer(owner, peer, false, now),
            PeerChange::ServiceAdded { service, peer } => {
                self.report_peer(service, peer, true, now);
            }
            PeerChange::ServiceRemoved { service, peer } => {
                self.report_peer(service, peer, false, now);
            }
        }
    }

    /// Reports a peer of the overlay `id`.
    fn report_peer(&mut self, id: CommunityId, peer: Peer, added: bool, now: Instant) {
        if let Some(overlay) = self.overlays.get_mut(&id) {
            let begun = self.shared.enter(id, Work::PeerObserver);
            let call = match added {
                true => Call::PeerAdded(&peer),
                false => Call::PeerRemoved(&peer),
            };
            let result = overlay.call(call, &mut self.shared, now);
            self.shared.leave(begun);
            self.note(id, Callback::PeerObserver, result);
        }
        self.emit(match added {
            true => Event::PeerAdded { overlay: id, peer },
            false => Event::PeerRemoved { overlay: id, peer },
        });
    }

    /// Reports a peer of the graph of `owner` (`None`: the shared graph) to the overlays that
    /// observe that graph.
    fn report_network_peer(
        &mut self,
        owner: Option<CommunityId>,
        peer: Peer,
        added: bool,
        now: Instant,
    ) {
        let observers = self.observers.iter().copied();
        let observers: Vec<_> = observers.filter(|id| self.observes(*id, owner)).collect();
        for id in observers {
            if let Some(overlay) = self.overlays.get_mut(&id) {
                let begun = self.shared.enter(id, Work::PeerObserver);
                let call = match added {
                    true => Call::NetworkPeerAdded(&peer),
                    false => Call::NetworkPeerRemoved(&peer),
                };
                let result = overlay.call(call, &mut self.shared, now);
                self.shared.leave(begun);
                self.note(id, Callback::PeerObserver, result);
            }
        }
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

    pub(super) fn report_panic(&mut self, overlay: CommunityId, callback: Callback) {
        let loaded = self.overlays.get(&overlay);
        let community = loaded.map_or("?", |overlay| overlay.community());
        self.report_panic_of(community, overlay, callback);
    }

    /// Like [`report_panic`](Self::report_panic), for an overlay that is not loaded.
    pub(super) fn report_panic_of(
        &mut self,
        community: &'static str,
        overlay: CommunityId,
        callback: Callback,
    ) {
        tracing::error!(%overlay, community, %callback, "caught a panic in user code");
        self.shared.stats.panicked();
        self.emit(Event::Panicked { overlay, callback });
    }

    /// Reports a panic, if the result of a call is one.
    pub(super) fn note(
        &mut self,
        overlay: CommunityId,
        callback: Callback,
        result: Result<(), Panicked>,
    ) {
        if result.is_err() {
            self.report_panic(overlay, callback);
        }
    }
}
