//! The peer graphs of a node: the one that its overlays share, and those that overlays have for themselves.

use crate::crypto::Mid;
use crate::engine::{Engine, Event};
use crate::state::network::{PeerGraph, NetworkStats, PeerChange};
use crate::state::stats::TrafficStats;
use crate::wire::packet::CommunityId;

impl Engine {
    /// The peer graph that the overlays share, but for those with [`own_network`](super::OverlayConfig::own_network).
    #[must_use]
    pub fn network(&self) -> &PeerGraph {
        &self.shared.network
    }

    /// The shared peer graph, to load a snapshot into or to forget somebody.
    pub fn network_mut(&mut self) -> &mut PeerGraph {
        &mut self.shared.network
    }

    /// The peer graph of the overlay `id`: its own, or the shared one.
    #[must_use]
    pub fn network_of(&self, id: CommunityId) -> Option<&PeerGraph> {
        let overlay = self.overlays.get(&id)?;
        Some(overlay.state().network(&self.shared))
    }

    /// As [`Engine::network_of`], to load a snapshot into or to forget somebody.
    pub fn network_of_mut(&mut self, id: CommunityId) -> Option<&mut PeerGraph> {
        let overlay = self.overlays.get_mut(&id)?;
        Some(overlay.state_mut().network_mut(&mut self.shared))
    }

    /// Every peer graph of the node: the shared one first.
    pub fn networks(&self) -> impl Iterator<Item = &PeerGraph> {
        let overlays = self.overlays.values();
        let own = overlays.filter_map(|overlay| overlay.state().own_network.as_deref());
        std::iter::once(&self.shared.network).chain(own)
    }

    /// What the bounds of all peer graphs turned away so far; those of overlays that were unloaded do not count any more.
    #[must_use]
    pub fn network_stats(&self) -> NetworkStats {
        let mut sum = NetworkStats::default();
        for network in self.networks() {
            sum.add(network.stats());
        }
        sum
    }

    /// What the overlay `id` received and sent, by message.
    #[must_use]
    pub fn traffic(&self, id: CommunityId) -> Option<&TrafficStats> {
        Some(&self.overlays.get(&id)?.state().traffic)
    }

    /// What each overlay received and sent, in the order in which they were added.
    #[must_use]
    pub fn traffic_of_all(&self) -> Vec<(CommunityId, TrafficStats)> {
        let overlays = self.overlays.iter();
        let traffic = overlays.map(|(id, overlay)| (*id, overlay.state().traffic.clone()));
        traffic.collect()
    }

    /// How many verified peers the overlay `id` has.
    pub(super) fn peer_count(&self, id: CommunityId) -> usize {
        let network = self.network_of(id).unwrap_or(&self.shared.network);
        network.peer_count(id)
    }

    /// What changed in any of the graphs, each change with the overlay whose own graph it is about; `None`: the shared one.
    pub(super) fn take_changes(&mut self) -> Vec<(Option<CommunityId>, PeerChange)> {
        let shared = self.shared.network.take_changes().into_iter();
        let mut changes: Vec<_> = shared.map(|change| (None, change)).collect();
        for id in std::mem::take(&mut self.shared.touched) {
            let overlay = self.overlays.get_mut(&id);
            let network =
                overlay.and_then(|overlay| overlay.state_mut().own_network.as_deref_mut());
            if let Some(network) = network {
                let own = network.take_changes().into_iter();
                changes.extend(own.map(|change| (Some(id), change)));
            }
        }
        changes
    }

    /// Whether the overlay `id` looks at the graph of its own of `owner`, or at the shared one.
    pub(super) fn looks_at(&self, id: CommunityId, owner: Option<CommunityId>) -> bool {
        let overlay = self.overlays.get(&id);
        let has_own = overlay.is_some_and(|overlay| overlay.state().own_network.is_some());
        owner == has_own.then_some(id)
    }

    /// Nobody is a peer of itself, by whichever of its keys and in whichever graph.
    pub(super) fn blacklist_own_mid(&mut self, mid: Mid) {
        if !self.own_mids.insert(mid) {
            return;
        }
        self.shared.network.blacklist_mid(mid);
        for overlay in self.overlays.values_mut() {
            let state = overlay.state_mut();
            if state.own_network.is_some() {
                state.network_mut(&mut self.shared).blacklist_mid(mid);
            }
        }
    }

    /// For whoever listens, an overlay that goes loses its peers: a shared network may keep them, and tells of them anew when the
    /// overlay comes back.
    pub(super) fn take_leave(&mut self, id: CommunityId) {
        let Some(network) = self.network_of(id) else {
            return;
        };
        let peers: Vec<_> = network.peers_for_service(id).cloned().collect();
        for peer in peers {
            self.emit(Event::PeerRemoved { overlay: id, peer });
        }
    }
}
