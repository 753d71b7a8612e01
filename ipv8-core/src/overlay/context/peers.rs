//! The peers of an overlay and the addresses it can walk to.

use std::net::SocketAddr;
use std::time::Duration;

use indexmap::IndexMap;
use rand::rngs::StdRng;

use super::context::Context;
use super::news::News;
use super::shared::Shared;
use crate::crypto::{Mid, PrivateKey, PublicKey};
use crate::state::network::{IntroducerId, Network, PeerGraph};
use crate::state::peer::Peer;
use crate::state::standing::Budgets;
use crate::wire::packet::CommunityId;

/// The number of random addresses among which the one of the smallest provider is walked to.
const WALKABLE_DRAWS: usize = 3;

/// # Peers and addresses
///
/// The overlays of a node share one peer graph, unless an overlay has its own. A context can read
/// all of it ([`Context::network`]). It can change only what concerns its own overlay: it forgets
/// peers of this overlay, gives up addresses for this overlay, and blacklists for this overlay.
impl Context<'_> {
    /// Returns a read-only view of the peer graph: the one that the overlays of the node share, or
    /// this overlay's own.
    #[must_use]
    pub fn network(&self) -> Network<'_> {
        self.graph().view()
    }

    /// Returns the verified peers of this overlay, in no particular order.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.graph().peers_for_service(self.state.community_id)
    }

    /// Returns `true` if `peer` is a peer of this overlay and has proven the address that it has
    /// here. A handler also gets messages of strangers, and copies of old messages from any address
    /// (`guide::strangers`): ask this before an answer that is expensive or long.
    #[must_use]
    pub fn is_peer(&self, peer: &Peer) -> bool {
        self.is_peer_at(peer.key(), peer.address())
    }

    /// Returns the number of verified peers of this overlay, in constant time.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.graph().peer_count(self.state.community_id)
    }

    /// Returns one verified peer of this overlay, each with the same chance; `None` when there is
    /// none.
    pub fn random_peer(&mut self) -> Option<Peer> {
        let service = self.state.community_id;
        let (graph, rng) = self.graph_and_rng();
        graph.random_peer(service, rng).cloned()
    }

    /// Returns the number of peers that this overlay lacks to the `target_peers` of the strategy
    /// that takes this step, or to [`Context::max_peers`] if that is less; `None` if there is
    /// neither. When no strategy takes a step, only `max_peers` counts.
    #[must_use]
    pub fn missing_peers(&self) -> Option<usize> {
        let limit = usize::try_from(self.state.max_peers).ok();
        let wanted = [self.target_peers, limit].into_iter().flatten().min()?;
        Some(wanted.saturating_sub(self.peer_count()))
    }

    /// Removes `peer` from this overlay; [`Community::on_peer_removed`] follows. Returns `true` if
    /// it was a peer of this overlay.
    ///
    /// The other overlays on the same peer graph keep the peer. With its last overlay the node
    /// forgets it, and its addresses. A peer that is heard from again comes back.
    ///
    /// [`Community::on_peer_removed`]: crate::Community::on_peer_removed
    pub fn forget_peer(&mut self, peer: &Peer) -> bool {
        let service = self.state.community_id;
        self.graph_mut().remove_peer_of(peer.key(), service)
    }

    /// Stops walking to `address` in this overlay until another peer introduces it for this overlay
    /// again. Returns `true` if the address was known.
    ///
    /// The node forgets an address that no overlay can walk to and no verified peer has.
    pub fn give_up(&mut self, address: &SocketAddr) -> bool {
        let service = self.state.community_id;
        self.graph_mut().give_up(address, service)
    }

    /// Bans `address` from this overlay until the overlay is unloaded: no strategy walks there, and
    /// no peer that is only there becomes a peer of this overlay.
    ///
    /// Other overlays are not affected, and a verified peer at the address stays
    /// ([`Context::forget_peer`] removes it). A [`Bootstrapper`](crate::Bootstrapper) names its
    /// servers itself.
    pub fn blacklist(&mut self, address: SocketAddr) {
        let service = self.state.community_id;
        self.graph_mut().blacklist_for(address, service);
    }

    /// Returns the number of addresses that this overlay could walk to.
    #[must_use]
    pub fn walkable_count(&self) -> usize {
        self.graph().walkable_count(self.state.community_id)
    }

    /// Returns one walkable address for which `exclude` is false; `None` when there is none. An
    /// address of a provider (a /16 of the internet, a /32 in IPv6) with few peers is more likely
    /// than one of a crowd. Addresses of hosts that did not answer four requests within a minute
    /// are left out.
    pub fn random_walkable_address(
        &mut self,
        exclude: impl Fn(&SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let (service, now) = (self.state.community_id, self.now);
        let (graph, rng, budgets) = self.graph_and_budgets();
        let exclude =
            |address: &SocketAddr| exclude(address) || !budgets.allows_walk(address.ip(), now);
        let drawn: Vec<_> = (0..WALKABLE_DRAWS)
            .map_while(|_| graph.random_walkable(service, rng, exclude))
            .collect();
        let crowd = |address: &SocketAddr| graph.crowd_at(service, *address);
        drawn.into_iter().min_by_key(crowd)
    }

    /// Takes the newest introduction of an introducer for which `introducer_wanted` is true, each
    /// introducer with about the same chance; `None` when there is none. See
    /// [`PeerGraph::take_introduction`].
    pub(crate) fn take_introduction(
        &mut self,
        introducer_wanted: impl Fn(IntroducerId) -> bool,
        wanted: impl Fn(&SocketAddr) -> bool,
    ) -> Option<(SocketAddr, IntroducerId)> {
        let (service, now) = (self.state.community_id, self.now);
        let (graph, rng, budgets) = self.graph_and_budgets();
        graph.take_introduction(service, rng, introducer_wanted, |address| {
            wanted(address) && budgets.allows_walk(address.ip(), now)
        })
    }

    /// Notes that `peer`, a peer of this overlay, answered a ping after `round_trip`: the time
    /// joins the last five of the peer ([`Peer::pings`]), the peer was heard from now, and
    /// listeners to the node's events learn of it. Returns `true` if the peer is still a peer of
    /// this overlay.
    ///
    /// This is for communities that ping ([`crate::PingCommunity`]). The caller has checked that
    /// the answer came from the peer.
    pub fn ping_answered(&mut self, key: &PublicKey, round_trip: Duration) -> bool {
        let (now, overlay) = (self.now, self.state.community_id);
        if !self.state.tends_network && !self.graph().has_service(key, overlay) {
            return false;
        }
        let noted = self.graph_mut().peer_mut(key, |peer| {
            peer.add_ping(round_trip);
            peer.responded(now);
            peer.clone()
        });
        let Some(peer) = noted else { return false };
        let latency = News::Latency(overlay, peer, round_trip);
        self.shared.news.push(latency);
        true
    }
}

/// The peer graph itself, for the overlays of this crate.
impl Context<'_> {
    pub(crate) fn graph(&self) -> &PeerGraph {
        self.state.network(self.shared)
    }

    pub(crate) fn graph_mut(&mut self) -> &mut PeerGraph {
        self.graph_and_rng().0
    }

    /// Returns the peer graph, and the random numbers to choose from it.
    pub(crate) fn graph_and_rng(&mut self) -> (&mut PeerGraph, &mut StdRng) {
        let (graph, rng, _) = self.graph_and_budgets();
        (graph, rng)
    }

    /// Like [`Context::graph_and_rng`], and returns the budgets.
    pub(crate) fn graph_and_budgets(&mut self) -> (&mut PeerGraph, &mut StdRng, &Budgets) {
        if self.state.own_network.is_some() {
            self.shared.touch(self.state.community_id);
        }
        let Shared {
            network,
            rng,
            budgets,
            ..
        } = &mut *self.shared;
        let graph = self.state.own_network.as_deref_mut().unwrap_or(network);
        (graph, rng, budgets)
    }

    /// Makes this overlay responsible for the whole peer graph: [`Context::tended_peers`] are the
    /// peers of every overlay on it, and [`Context::drop_peer`] drops one for all of them.
    pub(crate) fn tend_network(&mut self) {
        self.state.tends_network = true;
        let service = self.state.community_id;
        self.graph_mut().watch_with(service);
    }

    /// Returns up to `count` different peers that this overlay watches, in random order: its own,
    /// or all on the graph if it [tends](Context::tend_network) the graph.
    pub(crate) fn tended_peers(&mut self, count: usize) -> Vec<Peer> {
        if self.state.tends_network {
            return self.random_verified_peers(count);
        }
        let service = self.state.community_id;
        let (graph, rng) = self.graph_and_rng();
        let mut peers: Vec<Peer> = Vec::new();
        for peer in graph.random_peers(service, count, rng) {
            if !peers.contains(peer) {
                peers.push(peer.clone());
            }
        }
        peers
    }

    /// Returns `true` if this overlay watches the peer with this key: see
    /// [`Context::tended_peers`].
    pub(crate) fn is_tended(&self, key: &PublicKey) -> bool {
        let graph = self.graph();
        let is_ours = self.state.tends_network || graph.has_service(key, self.state.community_id);
        is_ours && graph.is_verified(key)
    }

    /// Returns the number of peers that this overlay watches: see [`Context::tended_peers`].
    pub(crate) fn tended_count(&self) -> usize {
        match self.state.tends_network {
            true => self.graph().verified_count(),
            false => self.peer_count(),
        }
    }

    /// Removes a dead peer: from this overlay, or from all if this one
    /// [tends](Context::tend_network) the graph.
    pub(crate) fn drop_peer(&mut self, peer: &Peer) -> bool {
        match self.state.tends_network {
            true => self.graph_mut().remove_peer(peer.key()),
            false => self.forget_peer(peer),
        }
    }

    /// Returns up to `count` different verified peers of any overlay on the peer graph, in random
    /// order, each with the same chance.
    pub(crate) fn random_verified_peers(&mut self, count: usize) -> Vec<Peer> {
        let (graph, rng) = self.graph_and_rng();
        graph.random_verified_peers(count, rng).cloned().collect()
    }

    /// Returns each key that the overlays of this node sign with, and the ids of the overlays that
    /// sign with it. Only overlays on this overlay's peer graph count.
    pub(crate) fn my_services(&self) -> Vec<(PrivateKey, Vec<CommunityId>)> {
        let mut by_key: IndexMap<Mid, (PrivateKey, Vec<CommunityId>)> = IndexMap::new();
        for (service, key) in &self.shared.overlay_keys {
            if self.graph().is_registered(*service) {
                let entry = by_key
                    .entry(key.mid())
                    .or_insert_with(|| (key.clone(), Vec::new()));
                entry.1.push(*service);
            }
        }
        by_key.into_values().collect()
    }
}
