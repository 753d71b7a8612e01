//! The peer graphs of a node: the one that its overlays share, and those of single overlays.

use crate::crypto::Mid;
use crate::engine::state_machine::Engine;
use crate::state::network::{NetworkStats, PeerChange, PeerGraph};
use crate::state::stats::TrafficStats;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Returns the peer graph of all overlays without one of their own
    /// ([`OverlayConfig::own_network`](crate::engine::OverlayConfig::own_network)).
    #[must_use]
    pub fn network(&self) -> &PeerGraph {
        &self.shared.network
    }

    /// Mutable version of [`Engine::network`], to load a snapshot or to forget a peer.
    pub fn network_mut(&mut self) -> &mut PeerGraph {
        &mut self.shared.network
    }

    /// Returns the peer graph of the overlay `id`: its own or the shared one.
    #[must_use]
    pub fn network_of(&self, id: CommunityId) -> Option<&PeerGraph> {
        let overlay = self.overlays.get(&id)?;
        Some(overlay.state().network(&self.shared))
    }

    /// Mutable version of [`Engine::network_of`].
    pub fn network_of_mut(&mut self, id: CommunityId) -> Option<&mut PeerGraph> {
        let overlay = self.overlays.get_mut(&id)?;
        Some(overlay.state_mut().network_mut(&mut self.shared))
    }

    /// Returns every peer graph of the node, the shared one first.
    pub fn networks(&self) -> impl Iterator<Item = &PeerGraph> {
        let overlays = self.overlays.values();
        let own = overlays.filter_map(|overlay| overlay.state().own_network.as_deref());
        std::iter::once(&self.shared.network).chain(own)
    }

    /// Returns how often the bounds of the peer graphs applied so far, without the graphs of
    /// unloaded overlays.
    #[must_use]
    pub fn network_stats(&self) -> NetworkStats {
        let mut sum = NetworkStats::default();
        for network in self.networks() {
            sum.add(network.stats());
        }
        sum
    }

    /// Returns the datagrams that the overlay `id` received and sent, by message.
    #[must_use]
    pub fn traffic(&self, id: CommunityId) -> Option<&TrafficStats> {
        Some(&self.overlays.get(&id)?.state().traffic)
    }

    /// Returns the datagrams that each overlay received and sent, in the order in which the
    /// overlays were added.
    #[must_use]
    pub fn traffic_of_all(&self) -> Vec<(CommunityId, TrafficStats)> {
        let overlays = self.overlays.iter();
        let traffic = overlays.map(|(id, overlay)| (*id, overlay.state().traffic.clone()));
        traffic.collect()
    }

    /// Returns the number of verified peers of the overlay `id`.
    pub(super) fn peer_count(&self, id: CommunityId) -> usize {
        let network = self.network_of(id).unwrap_or(&self.shared.network);
        network.peer_count(id)
    }

    /// Takes the changes of all peer graphs. Each comes with the overlay that owns the graph;
    /// `None`: the shared graph.
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

    /// Returns `true` if the overlay `id` uses the peer graph of `owner`; `None`: the shared graph.
    pub(super) fn observes(&self, id: CommunityId, owner: Option<CommunityId>) -> bool {
        let overlay = self.overlays.get(&id);
        let has_own = overlay.is_some_and(|overlay| overlay.state().own_network.is_some());
        owner == has_own.then_some(id)
    }

    /// Blacklists one of our keys in every peer graph, so that a node never becomes its own peer.
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
}
